#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/program.hpp"

// The subcommands of `tacit usmp`, each in two files: its command line, and what it does.
namespace tacit::app {

void add_usmp_serve(Program&, CLI::App& usmp);
void add_usmp_connect(Program&, CLI::App& usmp);

struct ServeOptions {
  std::string registry, address, name, exec;
  std::optional<std::uint16_t> port;
  std::vector<std::string> interfaces;
  bool udp_only = false, tcp_only = false;
  bool echo = false, json = false, announce = false, discoverable = false;
  std::uint32_t shards = 1, sessions = 4096, sessions_per_device = 8, sessions_per_address = 256,
                handshakes_per_address = 8, children = 64;
  double idle_s = 90;
  std::optional<double> wait_s;
};
ExitCode serve(Program&, const ServeOptions&);

enum class Sends : std::uint8_t { lines, message, nothing };

struct ConnectOptions {
  std::string host, wire;
  std::optional<std::uint16_t> port;
  Sends sends = Sends::lines;
  std::string message;  // of -m, or what is in the file
  bool udp = false, reconnect = false, stay = false, json = false, quiet = false;
  std::optional<std::uint32_t> pings;
  std::uint32_t count = 0;  // received messages after which it ends; 0: none
  std::optional<double> wait_s;
};
ExitCode connect(Program&, const ConnectOptions&);

}  // namespace tacit::app
