#pragma once
#include "tacit/base/time.hpp"

namespace tacit::e2e {

// Wall time as a packet carries it: ns since 1970, signed. On the air it may be anything.
struct PacketTime {
  std::int64_t ns = 0;

  constexpr PacketTime() = default;
  constexpr explicit PacketTime(std::int64_t nanoseconds) : ns(nanoseconds) {}
  constexpr PacketTime(UnixTime utc) : ns(std::int64_t{utc.s} * 1'000'000'000 + utc.ns) {}

  friend constexpr bool operator==(PacketTime, PacketTime) = default;
  friend constexpr auto operator<=>(PacketTime, PacketTime) = default;
};

// How many ns `a` is later than `b`. Wraps, as the original's subtraction does: with our clock between 1970 and 2106,
// no time that wraps comes near to ours.
constexpr std::int64_t ns_between(PacketTime b, PacketTime a) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a.ns) - static_cast<std::uint64_t>(b.ns));
}

constexpr std::int64_t ns_of(Duration d) { return d.us * 1000; }

}  // namespace tacit::e2e
