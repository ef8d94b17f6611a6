// tacit usmp: a server for devices, and a device.
#include "app/usmp.hpp"

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace tacit::app {

void add_usmp(Program& program) {
  CLI::App& app = program.add(program.root(), "usmp", "serve USMP devices, or be one",
                              "tacit device add boiler --key-file boiler.key  # a device, for a server and for itself\n"
                              "tacit usmp serve                               # TCP and UDP, port 9000\n"
                              "tacit usmp connect gateway.local --key-file boiler.key");
  app.require_subcommand(1);
  add_usmp_serve(program, app);
  add_usmp_connect(program, app);
}

}  // namespace tacit::app
