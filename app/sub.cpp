// tacit sub: the command line of mosquitto_sub, without a broker.
#include "app/sub.hpp"

#include <CLI/CLI.hpp>

#include "app/channel_pattern.hpp"
#include "app/commands.hpp"

namespace tacit::app {
namespace {

struct Flags {
  SubOptions options;
  std::optional<int> qos;
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
  options.asks_for_qos = flags.qos.has_value();
  return options;
}

void add_what(CLI::App& app, Flags& flags) {
  SubOptions& options = flags.options;
  app.add_option("-t,--topic,--channel", options.channels,
                 "A channel, or a pattern with + and # of channels that somebody names; may be repeated.")
      ->required()
      ->type_name("CHANNEL")
      ->take_all();
  app.add_option("--name", options.names, "A channel that a pattern may match; may be repeated.")
      ->type_name("CHANNEL")
      ->take_all();
  app.add_option("-T,--filter-out", options.without, "Print nothing of channels that match this; may be repeated.")
      ->type_name("CHANNEL")
      ->take_all();
  app.add_option("-U,--unsubscribe", options.never, "Never subscribe to this, whatever matches; may be repeated.")
      ->type_name("CHANNEL")
      ->take_all();
  app.add_flag("-R,--no-retained", options.no_retained, "Print no messages that were retained.");
  app.add_option("-q,--qos", flags.qos, "Accepted for the sake of scripts: the publisher alone chooses it.")
      ->type_name("QOS")
      ->check(CLI::Range(0, 2));
  app.add_option("--priority", flags.priority, "Told to publishers with the subscription; 0 when absent.")
      ->type_name("NUMBER")
      ->check(CLI::Range(0, 15));
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

void add_sub(Program& program) {
  CLI::App& app = program.add(program.root(), "sub", "subscribe to channels and print what arrives",
                              "tacit sub -t plant/3/temp                      # until Ctrl-C\n"
                              "tacit sub -t plant/3/temp -t plant/3/mode -v   # with the channel before each\n"
                              "tacit sub -t 'plant/+/temp' -F '%I %t %p'      # of those channels that peers name\n"
                              "tacit sub -t plant/3/temp -C 1 -W 60 --json    # one message, or exit code 27");
  auto flags = std::make_shared<Flags>();
  add_what(app, *flags);
  add_how(app, *flags);
  add_nomq_options(program, app, flags->options.join);
  app.callback(
      [&program, flags] { program.run = [&program, flags] { return subscribe(program, options_of(*flags)); }; });
}

}  // namespace tacit::app
