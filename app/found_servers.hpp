#pragma once
#include <string>
#include <vector>

#include "tacit/host/service_browser.hpp"
#include "tacit/host/usmp_discovery.hpp"

namespace tacit::app {

// What is said about one server at one address. Nothing of it is proven.
struct FoundServer {
  std::string name;
  Endpoint address;                          // its port is 0
  std::uint16_t tcp_port = 0, udp_port = 0;  // 0: none was named
  usmp::Wires wires = usmp::Wires::none;     // none: it did not say
  bool by_query = false, by_mdns = false;
};

// Joins what was found in both ways: the same address with a port in common is the same server.
class FoundServers {
 public:
  void add(const host::UsmpAnswer&);
  void add(const host::AnnouncedService&);
  const std::vector<FoundServer>& servers() const { return servers_; }

 private:
  void add(FoundServer);
  std::vector<FoundServer> servers_;  // as they were found
};

// "192.0.2.7", "2001:db8::7", "fe80::1%eth0".
std::string address_text(const Endpoint&);

}  // namespace tacit::app
