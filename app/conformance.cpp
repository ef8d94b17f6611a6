// tacit conformance: runs vector files, so that two implementations can be compared without meeting.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/commands.hpp"
#include "app/failure.hpp"
#include "app/program.hpp"
#include "tacit/host/conformance/vector_file.hpp"

namespace tacit::app {
namespace {

using Files = std::vector<std::string>;

// All files are looked at before a case of any of them runs: a closing line is about all that was asked for.
ExitCode run(const Files& names) {
  std::vector<host::conformance::VectorFile> files;
  for (const std::string& name : names)
    files.push_back(or_fail(host::conformance::read_vector_file(name), ExitCode::usage));

  host::conformance::Report all;
  for (std::size_t i = 0; i < files.size(); ++i) {
    host::conformance::Report report = host::conformance::run(files[i]);
    for (const host::conformance::Failure& failure : report.failures)
      std::puts(host::conformance::line_of(names[i], failure).c_str());
    for (const host::conformance::Advice& advice : report.advice)
      std::puts(host::conformance::line_of(names[i], advice).c_str());
    all.add(std::move(report));
  }
  std::puts(host::conformance::closing_line(all).c_str());
  return all.failures.empty() ? ExitCode::ok : ExitCode::other;
}

}  // namespace

void add_conformance(Program& program) {
  CLI::App& app = program.add(program.root(), "conformance", "run the test vectors in files",
                              "tacit conformance nomq.json           # 213 passed, 0 failed\n"
                              "tacit conformance theirs.json && echo they agree");
  auto files = std::make_shared<Files>();
  app.add_option("file", *files, "Vectors of NoMQ, USMP or mqtt-e2e.")
      ->type_name("FILE")
      ->required()
      ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  app.callback([&program, files] { program.run = [files] { return run(*files); }; });
}

}  // namespace tacit::app
