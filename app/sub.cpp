// tacit sub: the command line of mosquitto_sub, without a broker or through one that learns nothing.
#include "app/sub.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/channel_pattern.hpp"
#include "app/commands.hpp"

namespace tacit::app {
namespace {

struct Flags {
  SubOptions options;
  int priority = 0;
};

void require_valid(const std::vector<std::string>& filters, const std::string& flag) {
  for (const std::string& filter : filters)
    if (!is_valid_pattern(filter))
      throw Failure{ExitCode::usage, "usage", flag + ": \"" + filter + "\" is no channel and no pattern",
                    "In a pattern + stands for a whole level and # for all that follow, at the end."};
}

SubOptions options_of(const Flags& flags) {
  SubOptions options = flags.options;
  require_valid(options.channels, "-t");
  require_valid(options.without, "-T");
  require_valid(options.never, "-U");
  if (options.json && options.format) throw Failure{ExitCode::usage, "usage", "--json and -F are two formats", ""};
  options.priority = static_cast<std::uint8_t>(flags.priority);
  return options;
}

ExitCode subscribe(Program& program, const Flags& flags) {
  SubOptions options = options_of(flags);
  if (via_of(program, options.join.via) == "e2e") {
    refuse_given(options.join.options, "it means nothing with a broker");
    options.broker.host = options.join.host;
    options.broker.port = options.join.port;
    options.broker.client_id = options.join.client_id;
    options.broker.keep_session = options.join.keep_session;
    return subscribe_e2e(program, options);
  }
  refuse_given(options.broker.options, "only with --via e2e");
  return subscribe_nomq(program, options);
}

void add_what(CLI::App& app, Flags& flags) {
  SubOptions& options = flags.options;
  app.add_option(
         "-t,--topic,--channel", options.channels,
         "A channel, or a pattern with + and # of channels that somebody names, with e2e of all; may be repeated.")
      ->required()
      ->type_name("CHANNEL")
      ->take_all();
  options.join.options.push_back(
      app.add_option("--name", options.names, "A channel that a pattern may match; may be repeated.")
          ->type_name("CHANNEL")
          ->take_all());
  app.add_option("-T,--filter-out", options.without, "Print nothing of channels that match this; may be repeated.")
      ->type_name("CHANNEL")
      ->take_all();
  app.add_option("-U,--unsubscribe", options.never, "Never subscribe to this, whatever matches; may be repeated.")
      ->type_name("CHANNEL")
      ->take_all();
  app.add_flag("-R,--no-retained", options.no_retained, "Print no messages that were retained.");
  app.add_option(
         "-q,--qos", options.qos,
         "With e2e how the broker is to send at most, 0 or 1, 1 when absent; NoMQ's publishers alone choose it.")
      ->type_name("QOS")
      ->check(CLI::Range(0, 2));
  options.join.options.push_back(
      app.add_option("--priority", flags.priority, "Told to publishers with the subscription; 0 when absent.")
          ->type_name("NUMBER")
          ->check(CLI::Range(0, 15)));
}

void add_how(CLI::App& app, Flags& flags) {
  SubOptions& options = flags.options;
  app.add_option("-C,--count", options.count, "End after so many messages.")
      ->type_name("COUNT")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 53));
  app.add_option("-W,--wait", options.wait_s, "End after so many seconds; exit code 27.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9));
  app.add_flag("-v,--verbose", options.verbose, "Print the channel before each message.");
  app.add_option("-F,--format", options.format, "Print each message like this; see FORMAT in tacit-sub(1).")
      ->type_name("FORMAT");
  app.add_flag("-N,--no-newline", options.no_newline, "Print no end of line after a message.");
  app.add_flag("--json", options.json, "One JSON object a line; a payload that is no text comes as payload_b64.");
  app.add_flag("--pretty", options.pretty, "Indent the JSON of %j and %J.");
  app.add_flag("--quiet", options.quiet, "Say on standard error only what ends the command.");
}

}  // namespace

std::string format_of(const SubOptions& options) {
  if (options.format) return *options.format;
  return options.verbose ? "%t %p" : "%p";
}

void print(const SubOptions& options, const MessageFormat& format, const Received& received) {
  std::string text = options.json ? json_of(received) : format(received);
  if (!options.no_newline) text += '\n';
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Failure{ExitCode::other, "cannot_write", "standard output cannot be written", ""};
}

void add_sub(Program& program) {
  CLI::App& app = program.add(program.root(), "sub", "subscribe to channels and print what arrives",
                              "tacit sub -t plant/3/temp                      # until Ctrl-C\n"
                              "tacit sub -t plant/3/temp -t plant/3/mode -v   # with the channel before each\n"
                              "tacit sub -t 'plant/+/temp' -F '%I %t %p'      # of those channels that peers name\n"
                              "tacit sub -t plant/3/temp -C 1 -W 60 --json    # one message, or exit code 27\n"
                              "tacit sub --via e2e -h broker.example -t 'iot/#' -v  # below the key's topic");
  auto flags = std::make_shared<Flags>();
  add_what(app, *flags);
  add_how(app, *flags);
  add_nomq_options(program, app, flags->options.join);
  add_broker_options(app, flags->options.broker);
  app.callback([&program, flags] { program.run = [&program, flags] { return subscribe(program, *flags); }; });
}

}  // namespace tacit::app
