// tacit usmp serve: a server for USMP devices.
#include <CLI/CLI.hpp>

#include "app/device_options.hpp"
#include "app/failure.hpp"
#include "app/usmp.hpp"

namespace tacit::app {
namespace {

void add_limit(CLI::App& app, const char* name, std::uint32_t& value, std::uint32_t most, const std::string& sentence) {
  app.add_option(name, value, sentence + "; " + std::to_string(value) + " when absent.")
      ->type_name("COUNT")
      ->check(CLI::Range(1u, most));
}

void check(const ServeOptions& options) {
  const auto refuse = [](const char* what) {
    throw Failure{ExitCode::usage, "usage", what, "`tacit usmp serve --help` shows what there is."};
  };
  if (options.udp_only && options.tcp_only)
    refuse("--udp and --tcp exclude each other; without either, both are served");
  if (options.echo && !options.exec.empty()) refuse("--echo and --exec exclude each other: either answers");
  if (options.tcp_only && options.discoverable)
    refuse("--discoverable answers UDP queries, which --tcp does not serve");
}

}  // namespace

void add_usmp_serve(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(
      parent, "serve", "serve the USMP devices of a registry: print their messages, send them those of standard input",
      "tacit usmp serve                     # prints DEVICE MESSAGE; a line DEVICE MESSAGE is sent\n"
      "tacit usmp serve --json | jq -r 'select(.event == \"message\").payload'\n"
      "tacit usmp serve --exec ./talk       # a program for each session, on its standard input and output\n"
      "tacit usmp serve --announce --discoverable --name cellar\n"
      "tacit stats; tacit ping boiler       # ask a server that runs");
  auto options = std::make_shared<ServeOptions>();
  add_registry_option(app, options->registry);
  app.add_option("-p,--port", options->port, "The port, of TCP and UDP alike; 9000 when absent.")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  app.add_option("--bind", options->address, "The address to be at; all of this machine when absent.")
      ->type_name("ADDRESS");
  app.add_flag("--tcp", options->tcp_only, "TCP alone.");
  app.add_flag("--udp", options->udp_only, "UDP alone.");
  app.add_flag("--echo", options->echo, "Send each message back.");
  app.add_option("--exec", options->exec,
                 "Run this command for each session, by the shell: it reads the device's messages, a line each, and "
                 "each line that it writes is sent. TACIT_DEVICE, TACIT_DEVICE_NAME and TACIT_ADDRESS say who it is.")
      ->type_name("COMMAND");
  app.add_flag("--json", options->json, "What happens, one JSON object a line.");
  app.add_option("--name", options->name,
                 "What the server is called by those who look for it; the host's name when absent.")
      ->type_name("TEXT");
  app.add_flag("--announce", options->announce, "Announce the server by multicast DNS, through avahi-daemon.");
  app.add_flag("--discoverable", options->discoverable, "Answer the UDP query of `tacit find`.");
  app.add_option("--interface", options->interfaces,
                 "A network interface to be found on; may be repeated. All that reach somebody when absent.")
      ->type_name("NAME")
      ->take_all();
  add_limit(app, "--shards", options->shards, 64, "So many threads, each with sockets of its own");
  add_limit(app, "--sessions", options->sessions, 1'000'000, "So many sessions at a time");
  add_limit(app, "--sessions-per-device", options->sessions_per_device, 1000,
            "So many of one device, in each thread; a further one takes the place of the most silent");
  add_limit(app, "--sessions-per-address", options->sessions_per_address, 65'535,
            "So many from one address, in each thread");
  add_limit(app, "--handshakes-per-address", options->handshakes_per_address, 1000,
            "So many under way from one address, in each thread");
  add_limit(app, "--children", options->children, 10'000, "So many programs of --exec at a time");
  app.add_option("--idle", options->idle_s, "A session ends after so many seconds of silence; 90 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(1.0, 86'400.0));
  app.add_option("-W,--wait", options->wait_s, "End after so many seconds; exit code 27.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9));
  app.callback([&program, options] {
    program.run = [&program, options] {
      check(*options);
      return serve(program, *options);
    };
  });
}

}  // namespace tacit::app
