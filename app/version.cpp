// tacit version
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/program.hpp"

namespace tacit::app {

void add_version(Program& program) {
  CLI::App& app = program.add(program.root(), "version", "show the version",
                              "tacit version\n"
                              "tacit version --json");
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "One JSON object.");
  app.callback([&program, json] {
    program.run = [json] {
      const nlohmann::ordered_json all{{"v", 1}, {"name", "tacit"}, {"version", TACIT_VERSION}};
      std::puts(*json ? all.dump().c_str() : "tacit " TACIT_VERSION);
      return ExitCode::ok;
    };
  });
}

}  // namespace tacit::app
