#pragma once
#include <optional>
#include <string>

#include "app/e2e_join.hpp"

namespace tacit::app {

struct ShellOptions {
  E2eFlags broker;
  std::string device;
  std::string commands = "controller", answers;  // topics below the key's; the second is iot/DEVICE when empty
  std::optional<std::string> command;            // of -e
  double wait_s = 5;                             // for the first answer to a command
  bool json = false, quiet = false;
};

// Commands that are typed, or come from -e or standard input, and what the device answers.
ExitCode run_shell(Program&, const ShellOptions&);

}  // namespace tacit::app
