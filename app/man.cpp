// tacit man: makes the manual. Part of the build, and not shown in the help.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/commands.hpp"
#include "app/failure.hpp"
#include "app/manual.hpp"
#include "app/program.hpp"

namespace tacit::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string out, notes;
  bool markdown = false;
};

// NOTES/tacit-key.roff, where there is one.
std::string notes_for(const std::string& page, const std::string& folder) {
  std::ifstream file(fs::path(folder) / (page + ".roff"));
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

void write_page(const CommandOutline& command, const CommandOutline& root, const Options& options) {
  std::string page = command.path;
  std::ranges::replace(page, ' ', '-');
  const fs::path path = fs::path(options.out) / (page + ".1");
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << man_page(command, root, notes_for(page, options.notes));
  file.close();
  if (!file) throw Failure{ExitCode::other, "cannot_write", path.string() + ": cannot be written", ""};
}

ExitCode write_manual(const CommandOutline& root, const Options& options) {
  if (options.markdown) {
    std::fputs(markdown_page(root).c_str(), stdout);
    return ExitCode::ok;
  }
  if (options.out.empty()) {
    std::fputs(man_page(root, root, notes_for("tacit", options.notes)).c_str(), stdout);
    return ExitCode::ok;
  }
  write_page(root, root, options);
  for (const CommandOutline& one : root.commands) write_page(one, root, options);
  return ExitCode::ok;
}

}  // namespace

void add_man(Program& program) {
  CLI::App& app = program.add(program.root(), "man", "make the manual", "tacit man --out build/man --notes docs/man");
  app.group("");
  auto options = std::make_shared<Options>();
  app.add_option("--out", options->out, "Where all pages go; tacit(1) to standard output when absent.")
      ->type_name("FOLDER");
  app.add_option("--notes", options->notes, "Where the sections written by hand are.")->type_name("FOLDER");
  app.add_flag("--markdown", options->markdown, "One page of Markdown, to standard output.");
  app.callback(
      [&program, options] { program.run = [&program, options] { return write_manual(program.outline(), *options); }; });
}

}  // namespace tacit::app
