#include "app/found_servers.hpp"

#include <algorithm>

namespace tacit::app {
namespace {

Endpoint without_port(Endpoint at) {
  at.port = 0;
  return at;
}

// "wires=1,2" in the TXT record.
usmp::Wires wires_in(const std::vector<std::string>& txt) {
  unsigned bits = 0;
  for (const std::string& one : txt) {
    if (!one.starts_with("wires=")) continue;
    if (one.find('1') != std::string::npos) bits |= static_cast<unsigned>(usmp::Wires::v1);
    if (one.find('2') != std::string::npos) bits |= static_cast<unsigned>(usmp::Wires::v2);
  }
  return static_cast<usmp::Wires>(bits);
}

bool in_common(std::uint16_t a, std::uint16_t b) { return a != 0 && a == b; }
bool contradict(std::uint16_t a, std::uint16_t b) { return a != 0 && b != 0 && a != b; }

bool is_same(const FoundServer& a, const FoundServer& b) {
  if (a.address != b.address || contradict(a.tcp_port, b.tcp_port) || contradict(a.udp_port, b.udp_port)) return false;
  return a.name == b.name || in_common(a.tcp_port, b.tcp_port) || in_common(a.udp_port, b.udp_port);
}

}  // namespace

void FoundServers::add(const host::UsmpAnswer& one) {
  add({std::string(one.answer.name.text()), without_port(one.from), one.answer.tcp_port, one.answer.udp_port,
       one.answer.wires, true, false});
}

// An announcement is of one of the two protocols.
void FoundServers::add(const host::AnnouncedService& one) {
  const bool tcp = one.type == "_usmp._tcp";
  add({one.name, without_port(one.at), tcp ? one.at.port : std::uint16_t{0}, tcp ? std::uint16_t{0} : one.at.port,
       wires_in(one.txt), false, true});
}

void FoundServers::add(FoundServer fresh) {
  const auto found = std::ranges::find_if(servers_, [&](const FoundServer& known) { return is_same(known, fresh); });
  if (found == servers_.end()) return servers_.push_back(std::move(fresh));
  if (found->name.size() < fresh.name.size()) found->name = fresh.name;  // an answer has room for 24 bytes of it
  if (found->tcp_port == 0) found->tcp_port = fresh.tcp_port;
  if (found->udp_port == 0) found->udp_port = fresh.udp_port;
  if (found->wires == usmp::Wires::none) found->wires = fresh.wires;
  found->by_query |= fresh.by_query;
  found->by_mdns |= fresh.by_mdns;
}

std::string address_text(const Endpoint& at) {
  std::string text = linux_port::to_text(at);
  text.resize(text.rfind(':'));
  return text.front() == '[' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace tacit::app
