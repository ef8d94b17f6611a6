// tacit find: the USMP servers of this LAN, as they say themselves, by a query and by multicast DNS.
#include <CLI/CLI.hpp>
#include <asio/io_context.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/control_service.hpp"
#include "app/found_servers.hpp"
#include "app/json_lines.hpp"
#include "app/printable.hpp"

namespace tacit::app {
namespace {

using nlohmann::ordered_json;

struct FindOptions {
  double wait_s = 2;
  std::uint16_t port = usmp::default_port;
  std::vector<std::string> interfaces;
  bool json = false, mdns = false, udp = false;
};

std::string port_text(const char* protocol, std::uint16_t port) {
  return port == 0 ? "" : std::string("  ") + protocol + " " + std::to_string(port);
}

std::string wires_text(usmp::Wires wires) {
  if (wires == usmp::Wires::none) return "";
  return wires == usmp::Wires::both ? "  wires 1, 2" : contains(wires, usmp::Wire::v1) ? "  wire 1" : "  wire 2";
}

void print(const FoundServer& server) {
  const std::string by = server.by_query && server.by_mdns ? "udp, mdns" : server.by_query ? "udp" : "mdns";
  std::printf("%-24s  %-24s%s%s%s  (%s)\n", printable(server.name).c_str(), address_text(server.address).c_str(),
              port_text("tcp", server.tcp_port).c_str(), port_text("udp", server.udp_port).c_str(),
              wires_text(server.wires).c_str(), by.c_str());
}

void print_json(const FoundServer& server) {
  const auto port = [](std::uint16_t number) { return number == 0 ? ordered_json() : ordered_json(number); };
  ordered_json json{{"v", 1},
                    {"name", server.name},
                    {"address", address_text(server.address)},
                    {"tcp_port", port(server.tcp_port)},
                    {"udp_port", port(server.udp_port)},
                    {"wires", ordered_json::array()},
                    {"found_by", ordered_json::array()}};
  for (const auto wire : {usmp::Wire::v1, usmp::Wire::v2})
    if (contains(server.wires, wire)) json["wires"].push_back(static_cast<int>(wire));
  if (server.by_query) json["found_by"].push_back("udp");
  if (server.by_mdns) json["found_by"].push_back("mdns");
  std::puts(line_of(json).c_str());
}

// Both ways at once; one that cannot be gone is told, and ends the command where it was the only one that was wanted.
FoundServers look(const FindOptions& options) {
  asio::io_context io;
  FoundServers found;
  const std::chrono::milliseconds wait(static_cast<std::int64_t>(options.wait_s * 1000));
  const auto cannot = [&](const std::string& how, std::error_code why, const std::string& next_step) {
    if (options.mdns || options.udp)
      throw Failure{ExitCode::cannot_reach, "cannot_reach", how + why.message(), next_step};
    note(how + why.message());
  };
  if (!options.mdns)
    host::async_query_usmp(io.get_executor(), {options.port, options.interfaces, wait},
                           [&](std::error_code error, const std::vector<host::UsmpAnswer>& answers) {
                             if (error) cannot("no query was sent: ", error, "`ip -br link` lists the interfaces.");
                             for (const host::UsmpAnswer& one : answers) found.add(one);
                           });
  if (!options.udp)
    host::async_browse(io.get_executor(), {{"_usmp._tcp", "_usmp._udp"}, wait},
                       [&](std::error_code error, const std::vector<host::AnnouncedService>& services) {
                         if (error) cannot("no multicast DNS: ", error, "`tacit doctor` says what to do about it.");
                         for (const host::AnnouncedService& one : services) found.add(one);
                       });
  io.run();
  return found;
}

ExitCode find(const FindOptions& options) {
  if (options.mdns && options.udp)
    throw Failure{ExitCode::usage, "usage", "--mdns and --udp exclude each other", "Without either, both are used."};
  const FoundServers found = look(options);
  for (const FoundServer& server : found.servers()) options.json ? print_json(server) : print(server);
  if (!found.servers().empty()) return ExitCode::ok;
  note("no server was found; servers answer only where they are told to be found");
  return ExitCode::cannot_reach;
}

}  // namespace

void add_find(Program& program) {
  CLI::App& app = program.add(program.root(), "find",
                              "list the USMP servers that say they are on this LAN; anybody can say so, and only the "
                              "handshake proves who is who",
                              "tacit find                # by a UDP query to everybody, and by multicast DNS\n"
                              "tacit find --udp -p 9100  # servers whose UDP port is another one\n"
                              "tacit find --json | jq -r .address");
  auto options = std::make_shared<FindOptions>();
  app.add_option("-W,--wait", options->wait_s, "Listen for so many seconds; 2 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("-p,--port", options->port, "The UDP port that is asked; 9000 when absent.")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  app.add_option("--interface", options->interfaces,
                 "A network interface to ask on; may be repeated. All that reach somebody when absent.")
      ->type_name("NAME")
      ->take_all();
  app.add_flag("--mdns", options->mdns, "By multicast DNS alone, which avahi-daemon speaks.");
  app.add_flag("--udp", options->udp, "By the query alone.");
  app.add_flag("--json", options->json, "One JSON object a line.");
  app.callback([&program, options] { program.run = [options] { return find(*options); }; });
}

}  // namespace tacit::app
