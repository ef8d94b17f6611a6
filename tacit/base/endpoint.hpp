#pragma once
#include <compare>
#include <cstdint>

#include "tacit/base/octets.hpp"

namespace tacit {

// Where an answer goes. Never who somebody is: that is what authentication says.
struct Endpoint {
  Octets<16> ip{};  // IPv4 as ::ffff:a.b.c.d
  std::uint16_t port = 0;
  std::uint32_t interface = 0;  // index; only for link-local IPv6, otherwise 0
  friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// One way a datagram takes, seen from here. An answer to a received Path is sent on that same Path.
//
// Received: `local` is the address that it was sent to, unless that was the group's. Sent: an empty
// `local` lets the port choose. `to_group`: the port sends to (or heard on) the group's addresses; a
// packet to the group needs no peer, one from the group names in `peer` who sent it.
struct Path {
  Endpoint peer{}, local{};
  bool to_group = false;
  friend constexpr bool operator==(const Path&, const Path&) = default;
};

}  // namespace tacit
