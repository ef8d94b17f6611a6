// tacit shell: the terminal of a device behind a broker.
#include "app/shell.hpp"

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace tacit::app {
namespace {

ShellOptions checked(const ShellOptions& flags) {
  ShellOptions options = flags;
  if (options.answers.empty()) options.answers = "iot/" + options.device;
  if (!e2e::is_topic(options.commands))
    throw Failure{ExitCode::usage, "usage", "--commands: \"" + options.commands + "\" is no topic", ""};
  if (!e2e::is_topic(options.answers))
    throw Failure{ExitCode::usage, "usage", "\"" + options.answers + "\" is no topic, so it is no device's", ""};
  return options;
}

}  // namespace

void add_shell(Program& program) {
  CLI::App& app =
      program.add(program.root(), "shell", "type commands to a device behind a broker, and see its answers",
                  "tacit --context home shell boiler              # history and line editing; Ctrl-D ends\n"
                  "tacit --context home shell boiler -e status    # one command, its answer, and an exit code\n"
                  "tacit shell boiler -h broker.example --key-file home.key < commands.txt");
  auto flags = std::make_shared<ShellOptions>();
  app.add_option("device", flags->device, "The device: what it publishes to is iot/DEVICE, unless --answers says.")
      ->required()
      ->type_name("DEVICE");
  app.add_option("-e,--execute", flags->command,
                 "Send this command, print what the device answers until it is quiet for 300 ms, and end.")
      ->type_name("COMMAND");
  app.add_option("-W,--wait", flags->wait_s,
                 "How many seconds the first answer to a command may take; 5 when absent. Then the exit code is 27.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--commands", flags->commands, "Where commands go, below the key's topic; controller when absent.")
      ->type_name("TOPIC");
  app.add_option("--answers", flags->answers, "Where this device answers; iot/DEVICE when absent.")->type_name("TOPIC");
  app.add_flag("--json", flags->json, "Each answer as a JSON object on a line.");
  app.add_flag("--quiet", flags->quiet, "Say on standard error only what ends the command.");
  add_e2e_options(program, app, flags->broker);
  app.callback([&program, flags] { program.run = [&program, flags] { return run_shell(program, checked(*flags)); }; });
}

}  // namespace tacit::app
