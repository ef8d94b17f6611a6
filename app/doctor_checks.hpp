#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/host/key_file.hpp"
#include "tacit/host/nomq.hpp"

// What `tacit doctor` looks at.
namespace tacit::app {

struct E2eJoin;

enum class Health : std::uint8_t { good, advice, problem };

struct Finding {
  std::string check;  // "clock"
  Health health = Health::good;
  std::string what;
  std::string next_step{};  // what to do; empty where all is well
};
using Findings = std::vector<Finding>;

// Packets carry the time, and what is too old or from the future is refused. How far the clock is off is what the
// kernel knows from who corrects it.
Finding check_clock();

// Whether servers and `tacit find` can use multicast DNS here.
Finding check_mdns();

struct NamedKey {
  std::optional<host::KeyFile> file;
  Finding finding;
};
NamedKey check_key_file(const std::optional<std::string>& path, std::span<const host::KeyKind> wanted);

// Whether a USMP server could be at this port, or one of this context is.
Finding check_usmp_port(std::uint16_t port, const std::string& context);
// The registry of USMP devices, where there is one.
Finding check_device_registry(const std::string& path);

// Whether the broker is there, proves itself and lets us hear, what it retains on our topics, and how much it takes.
// The options of the join are used up.
Findings check_broker(E2eJoin&);

// A node's sockets as they are on this machine now; interfaces by name, or none.
Findings check_sockets(const host::Key&, const std::vector<std::string>& interfaces);

// "nc (pid 1234)" for each process that has this UDP port, as far as this user may see.
std::string holders_of_udp_port(std::uint16_t port);

}  // namespace tacit::app
