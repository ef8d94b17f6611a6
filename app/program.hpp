#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/failure.hpp"
#include "app/log.hpp"
#include "app/outline.hpp"
#include "tacit/host/context.hpp"
#include "tacit/host/key_file.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
class Option;
}  // namespace CLI

namespace tacit::app {

// The command line and what all commands share. A command adds itself with its options to the tree; when it
// was chosen, its callback leaves in `run` what is to be done.
class Program {
 public:
  Program();
  ~Program();

  // Parses and runs; every way to fail ends here as an exit code. The first argument is the program's name: as
  // tacit_pub it is `tacit pub`.
  ExitCode main(std::vector<std::string> arguments);

  CommandOutline outline() const;

  // --- for commands

  // A command below another, or below the root. `examples` are lines, `# ` begins a remark.
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& sentence, const std::string& examples);
  CLI::App& root() { return *root_; }
  CLI::Option& add_key_file(CLI::App&);  // --key-file, for commands that use a key

  std::function<ExitCode()> run;

  // Files, environment and flags together, read when first asked for.
  const host::Configuration& configuration();
  host::Context context();

  Log log();

  // The key file `named`; where that is empty, the one of --key-file, the environment or the context. Warns when
  // others can read it.
  host::KeyFile key_file(const std::string& named, std::span<const host::KeyKind> wanted);

 private:
  void parse(std::vector<std::string> arguments);
  void add_everywhere(CLI::App&);

  std::unique_ptr<CLI::App> root_;
  std::optional<std::string> context_flag_, log_flag_, key_file_flag_;
  std::optional<host::Configuration> configuration_;
};

// What every command refuses; and where --key is not that, but names a file.
Failure key_on_command_line();
Failure password_on_command_line();
void let_key_be_a_file(CLI::App&);

// The option takes one of these words and no other.
void one_of(CLI::Option&, std::vector<std::string> words);

}  // namespace tacit::app
