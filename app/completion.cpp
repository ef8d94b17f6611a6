// tacit completion
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/completion_scripts.hpp"
#include "app/program.hpp"

namespace tacit::app {
namespace {

std::string script_for(const std::string& shell, const CommandOutline& root) {
  if (shell == "bash") return bash_completion(root);
  if (shell == "zsh") return zsh_completion(root);
  return fish_completion(root);
}

}  // namespace

void add_completion(Program& program) {
  CLI::App& app = program.add(program.root(), "completion", "print what makes a shell complete our commands",
                              "tacit completion bash > ~/.local/share/bash-completion/completions/tacit\n"
                              "tacit completion zsh > ~/.zfunc/_tacit\n"
                              "tacit completion fish > ~/.config/fish/completions/tacit.fish");
  auto shell = std::make_shared<std::string>();
  one_of(*app.add_option("shell", *shell, "The shell.")->required(), {"bash", "zsh", "fish"});
  app.callback([&program, shell] {
    program.run = [&program, shell] {
      std::fputs(script_for(*shell, program.outline()).c_str(), stdout);
      return ExitCode::ok;
    };
  });
}

}  // namespace tacit::app
