// tacit version
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/program.hpp"
#include "tacit/crypto/backend/engine.hpp"

namespace tacit::app {

void add_version(Program& program) {
  CLI::App& app = program.add(program.root(), "version", "show the version",
                              "tacit version\n"
                              "tacit version --json");
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "One JSON object.");
  app.callback([&program, json] {
    program.run = [json] {
      const std::string engine = crypto::engine_description();
      const nlohmann::ordered_json all{{"v", 1}, {"name", "tacit"}, {"version", TACIT_VERSION}, {"crypto", engine}};
      std::puts(*json ? all.dump().c_str() : ("tacit " TACIT_VERSION " (" + engine + ")").c_str());
      return ExitCode::ok;
    };
  });
}

}  // namespace tacit::app
