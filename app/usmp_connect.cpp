// tacit usmp connect: a USMP device on this machine.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/failure.hpp"
#include "app/usmp.hpp"
#include "tacit/usmp/frame.hpp"

namespace tacit::app {
namespace {

struct Flags {
  ConnectOptions options;
  std::optional<std::string> message, file;
  bool lines = false, nothing = false;
};

Failure usage(const std::string& what) {
  return {ExitCode::usage, "usage", what, "`tacit usmp connect --help` shows what there is."};
}

// One byte more than any message has, so that a longer one is refused by its name.
std::string read_message_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw Failure{ExitCode::usage, "cannot_read", path + ": cannot be read", ""};
  std::string bytes(usmp::message_size_max + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) throw Failure{ExitCode::usage, "cannot_read", path + ": cannot be read", ""};
  return bytes;
}

ConnectOptions options_of(const Flags& flags) {
  ConnectOptions options = flags.options;
  if (flags.message.has_value() + flags.file.has_value() + flags.lines + flags.nothing > 1)
    throw usage("at most one of -m, -f, -l and -n says what to send");
  if (flags.message) options.message = *flags.message;
  if (flags.file) options.message = read_message_file(*flags.file);
  if (flags.message || flags.file) options.sends = Sends::message;
  if (flags.nothing || options.pings) options.sends = Sends::nothing;
  if (options.pings && (flags.message || flags.file || flags.lines)) throw usage("--ping sends no messages");
  return options;
}

}  // namespace

void add_usmp_connect(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(parent, "connect", "connect to a USMP server as a device, send, and print what comes",
                              "tacit usmp connect gateway.local --key-file boiler.key -m 21.5  # wait until it has it\n"
                              "sensor | tacit usmp connect gateway.local --udp --reconnect\n"
                              "tacit usmp connect gateway.local -n --stay    # print what comes\n"
                              "tacit usmp connect gateway.local --ping 4");
  auto flags = std::make_shared<Flags>();
  ConnectOptions& options = flags->options;
  app.add_option("host", options.host,
                 "The server: an address or a name; otherwise TACIT_HOST, or that of the context.")
      ->type_name("HOST");
  app.add_option("-p,--port", options.port, "Its port; 9000 when absent.")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  program.add_key_file(app);
  app.add_flag("--udp", options.udp, "Over UDP; over TCP when absent.");
  one_of(*app.add_option("--wire", options.wire,
                         "The version of the protocol; 2 when absent. 1 is weak. auto: 2, and where that is not "
                         "answered, 1."),
         {"1", "2", "auto"});
  app.add_flag("-l,--stdin-line", flags->lines,
               "Each line of standard input is a message; so it is when nothing is said.");
  app.add_option("-m,--message", flags->message, "The message.")->type_name("TEXT");
  app.add_option("-f,--file", flags->file, "The message is what is in this file.")->type_name("FILE");
  app.add_flag("-n,--nothing", flags->nothing, "Send nothing.");
  app.add_option("--ping", options.pings, "Ask the server so often whether it is there; 0: until a signal.")
      ->type_name("COUNT");
  app.add_flag("--stay", options.stay, "Stay when all is sent, and print what comes, until a signal.");
  app.add_option("-C,--count", options.count, "Stay until so many messages have come.")
      ->type_name("COUNT")
      ->check(CLI::Range(1u, 1'000'000'000u));
  app.add_option("-W,--wait", options.wait_s, "End after so many seconds whatever happens; exit code 27.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9));
  app.add_flag("--reconnect", options.reconnect, "Connect again, whenever there is no session.");
  app.add_flag("--quiet", options.quiet, "Do not say on standard error what went wrong; the exit code does.");
  app.add_flag("--json", options.json, "What happens, one JSON object a line.");
  app.callback([&program, flags] { program.run = [&program, flags] { return connect(program, options_of(*flags)); }; });
}

}  // namespace tacit::app
