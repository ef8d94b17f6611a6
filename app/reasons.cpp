// tacit reasons: what each refusal means and what to do about it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/failure.hpp"
#include "app/program.hpp"
#include "tacit/host/nearest.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

struct Options {
  std::string name;
  bool json = false, markdown = false;
};

std::string text_of(std::string_view view) { return std::string(view); }

std::vector<host::Explanation> wanted(const std::string& name) {
  const auto all = host::all_reasons();
  if (name.empty()) return {all.begin(), all.end()};
  if (const auto reason = host::reason_named(name)) return {host::explain(*reason)};
  std::vector<std::string> known;
  for (const host::Explanation& one : all) known.emplace_back(one.name);
  throw Failure{ExitCode::usage, "usage", "there is no reason " + name + host::suggestion(name, known),
                "`tacit reasons` lists them all."};
}

void print_json(const host::Explanation& one) {
  const nlohmann::ordered_json json{
      {"v", 1}, {"name", one.name}, {"sentence", one.sentence}, {"next_step", one.next_step}};
  std::puts(json.dump().c_str());
}

void print_text(const host::Explanation& one) {
  std::printf("%s\n  %s\n  %s\n", text_of(one.name).c_str(), text_of(one.sentence).c_str(),
              text_of(one.next_step).c_str());
}

// docs/reasons.md
void print_markdown() {
  std::puts(
      "# Reasons\n\n"
      "Every refusal has a name, a counter and a next step. The names are the same in the library, in logs, in\n"
      "metrics, in JSON and in conformance files. This page is what `tacit reasons --markdown` prints.");
  auto group = std::optional<host::ReasonGroup>();
  for (const host::Explanation& one : host::all_reasons()) {
    if (group != one.group) {
      std::printf("\n## %s\n\n| reason | what happened | what to do |\n|---|---|---|\n",
                  text_of(host::heading(one.group)).c_str());
      group = one.group;
    }
    std::printf("| `%s` | %s | %s |\n", text_of(one.name).c_str(), text_of(one.sentence).c_str(),
                text_of(one.next_step).c_str());
  }
}

ExitCode show(const Options& options) {
  const auto reasons = wanted(options.name);
  if (options.markdown) {
    print_markdown();
    return ExitCode::ok;
  }
  for (const host::Explanation& one : reasons) options.json ? print_json(one) : print_text(one);
  return ExitCode::ok;
}

}  // namespace

void add_reasons(Program& program) {
  CLI::App& app = program.add(program.root(), "reasons", "explain why something is refused, and what to do about it",
                              "tacit reasons\n"
                              "tacit reasons bad_mac");
  auto options = std::make_shared<Options>();
  app.add_option("name", options->name, "One of them; all when absent.")->type_name("REASON");
  auto* json = app.add_flag("--json", options->json, "One JSON object a line.");
  app.add_flag("--markdown", options->markdown, "All of them, as the page in docs.")->excludes(json);
  app.callback([&program, options] { program.run = [options] { return show(*options); }; });
}

}  // namespace tacit::app
