#pragma once
#include <optional>
#include <vector>

#include "tacit/port/linux/interfaces.hpp"

namespace tacit::linux_port {

// Whom everybody on the links hears: broadcast over IPv4 and, where a protocol has one, a multicast group over IPv6.
struct Group {
  std::uint16_t port = 0;
  std::optional<Ip> multicast;  // of link-local scope (ff02::/16 or ff12::/16)
};

// Where a member has to listen: 255.255.255.255, the broadcast address of each network, and the multicast group on each
// link (its `interface`). Never the wildcard address, which would take unicast away from other programs.
std::vector<Endpoint> heard_at(const Group&, std::span<const Interface>);

// Where a packet to the group goes: once into each link for each family. Over IPv4 that is 255.255.255.255, which
// needs no route and reaches hosts with a wrong netmask; on loopback the directed address, because 255.255.255.255
// does not exist there. `local` names the link, and leaves the address to the kernel.
std::vector<Path> sent_to(const Group&, std::span<const Interface>);

}  // namespace tacit::linux_port
