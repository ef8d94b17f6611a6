// tacit pub: the command line of mosquitto_pub, without a broker or through one that learns nothing.
#include "app/pub.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "app/commands.hpp"

namespace tacit::app {
namespace {

struct Flags {
  PubOptions options;
  std::optional<std::string> message, file;
  bool lines = false, nothing = false, whole = false;
  int qos = 0, priority = 0, ttl_s = nomq::ttl_default_s;
};

Failure usage(const std::string& what, const std::string& next = "`tacit pub --help` shows what there is.") {
  return {ExitCode::usage, "usage", what, next};
}

// One byte more than any message has, so that a longer one is refused by its name.
constexpr std::size_t room = std::max<std::size_t>(nomq::message_max, e2e::message_max) + 1;

std::string read_message(std::FILE* file) {
  std::string bytes(room, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  return bytes;
}

std::string read_message_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw Failure{ExitCode::usage, "cannot_read", path + ": cannot be read", ""};
  std::string message = read_message(file);
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) throw Failure{ExitCode::usage, "cannot_read", path + ": cannot be read", ""};
  return message;
}

PubOptions options_of(const Flags& flags) {
  PubOptions options = flags.options;
  const int sources = flags.message.has_value() + flags.file.has_value() + flags.lines + flags.nothing + flags.whole;
  if (sources != 1) throw usage("exactly one of -m, -f, -l, -n and -s says what to publish");
  if (options.channel.find_first_of("+#") != std::string::npos)
    throw usage("-t: a message goes to one channel, so it has no wildcard");
  if (flags.lines && options.repeat > 1) throw usage("--repeat does not go with -l");
  if (options.stay && !options.retain) throw usage("--stay keeps serving a retained message, with -r");

  options.qos = static_cast<nomq::Qos>(flags.qos);
  options.priority = static_cast<std::uint8_t>(flags.priority);
  options.ttl_s = static_cast<std::uint16_t>(flags.ttl_s);
  if (flags.message) options.message = *flags.message;
  if (flags.file) options.message = read_message_file(*flags.file);
  if (flags.whole) options.message = read_message(stdin);
  options.from = flags.lines ? MessageFrom::lines : flags.nothing ? MessageFrom::nothing : MessageFrom::argument;
  return options;
}

void add_what(CLI::App& app, Flags& flags) {
  app.add_option("-t,--topic,--channel", flags.options.channel, "The channel to publish to.")
      ->required()
      ->type_name("CHANNEL");
  app.add_option("-m,--message", flags.message, "The message.")->type_name("TEXT");
  app.add_option("-f,--file", flags.file, "The message is what is in this file.")->type_name("FILE");
  app.add_flag("-l,--stdin-line", flags.lines, "Each line of standard input is a message; its end is the end.");
  app.add_flag("-s,--stdin-file", flags.whole, "All of standard input is one message.");
  app.add_flag("-n,--null-message", flags.nothing,
               "No content: with -r it clears the retained message, also one that somebody else left with a broker.");
}

void add_how(CLI::App& app, Flags& flags) {
  PubOptions& options = flags.options;
  app.add_option("-q,--qos", flags.qos, "0: sent once. 1: at least once. 2: exactly once, not with e2e. 0 when absent.")
      ->type_name("QOS")
      ->check(CLI::Range(0, 2));
  app.add_flag(
      "-r,--retain", options.retain,
      "Keep it for who subscribes later, as long as this runs (see --stay); with e2e at the broker, where it is "
      "stale after --window.");
  options.join.options.push_back(
      app.add_flag("--stay", options.stay, "With -r: keep serving it until a signal, or for as long as -W says."));
  app.add_option("--priority", flags.priority, "15 is the highest; 0 when absent.")
      ->type_name("NUMBER")
      ->check(CLI::Range(0, 15));
  app.add_option("--ttl", flags.ttl_s, "After how many seconds it is of no use any more; 3600 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 65'535));
  app.add_option("--repeat", options.repeat, "Publish it so many times.")
      ->type_name("COUNT")
      ->check(CLI::Range(1u, 1'000'000'000u));
  app.add_option("--repeat-delay", options.repeat_delay_s, "Seconds from one to the next; 0 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("-W,--wait", options.wait_s, "End after so many seconds whatever happens; exit code 27.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9));
  app.add_flag("--quiet", options.quiet, "Do not say on standard error what went wrong; the exit code does.");
  app.add_flag("--json", options.json, "How each publish ended, one JSON object a line.");
}

ExitCode publish(Program& program, const Flags& flags) {
  PubOptions options = options_of(flags);
  if (via_of(program, options.join.via) == "e2e") {
    refuse_given(options.join.options, "it means nothing with a broker");
    options.broker.host = options.join.host;
    options.broker.port = options.join.port;
    options.broker.client_id = options.join.client_id;
    options.broker.keep_session = options.join.keep_session;
    return publish_e2e(program, options);
  }
  refuse_given(options.broker.options, "only with --via e2e");
  if (flags.nothing && !options.retain)
    throw usage("-n: a message without content only clears a retained one, with -r");
  return publish_nomq(program, options);
}

}  // namespace

void add_pub(Program& program) {
  CLI::App& app = program.add(program.root(), "pub", "publish a message, without a broker or sealed through one",
                              "tacit pub -t plant/3/temp -m 21.5              # to everybody, once\n"
                              "tacit pub -t plant/3/temp -m 21.5 -q 1         # wait until all subscribers have it\n"
                              "tacit pub -t plant/3/mode -m eco -q 1 -r --stay  # keep it for who comes later\n"
                              "sensor | tacit pub -t plant/3/log -l -q 2\n"
                              "tacit pub --via e2e -h broker.example -t controller -m status  # below the key's topic");
  auto flags = std::make_shared<Flags>();
  add_what(app, *flags);
  add_how(app, *flags);
  add_nomq_options(program, app, flags->options.join);
  add_broker_options(app, flags->options.broker);
  app.callback([&program, flags] { program.run = [&program, flags] { return publish(program, *flags); }; });
}

}  // namespace tacit::app
