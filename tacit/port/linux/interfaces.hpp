#pragma once
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "tacit/port/linux/address.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::linux_port {

struct Interface {
  struct Ipv4 {
    Ip address;
    std::optional<Ip> broadcast;  // directed; of the loopback interface 127.255.255.255
    friend bool operator==(const Ipv4&, const Ipv4&) = default;
  };
  std::uint32_t index = 0;
  std::string name;
  bool up = false, loopback = false, can_broadcast = false, can_multicast = false;
  std::vector<Ipv4> ipv4;
  std::vector<Ip> ipv6;
  bool has_link_local = false;  // IPv6; without it nothing can be sent to a group on this link
  friend bool operator==(const Interface&, const Interface&) = default;
};

// All that this network namespace has, by index.
std::vector<Interface> list_interfaces(std::error_code&);

// Those with these names that are up. Without names: all that are up, are not loopback and can reach a group; where
// there is none, loopback, so that programs on a machine without a network hear each other.
std::vector<Interface> choose_interfaces(std::vector<Interface> all, std::span<const std::string> names);

// Of any family: multicast, limited broadcast, or directed broadcast of one of these interfaces.
bool is_heard_by_many(const Ip&, std::span<const Interface>);

// Readable when an interface or an address came, changed or went. Where the kernel offers no such socket it never is,
// and active() says so: then look at the list from time to time.
class InterfaceWatch {
 public:
  InterfaceWatch();
  bool active() const { return socket_.valid(); }
  int fd() const { return socket_.fd(); }
  void clear();  // forgets what was told so far

 private:
  File socket_;
};

}  // namespace tacit::linux_port
