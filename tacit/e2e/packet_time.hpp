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

// How many ns `to` is later than `from`, or as near to that as fits.
constexpr std::int64_t ns_between(PacketTime from, PacketTime to) {
  std::int64_t ns = 0;
  if (!__builtin_sub_overflow(to.ns, from.ns, &ns)) return ns;
  return to < from ? INT64_MIN : INT64_MAX;
}

constexpr std::int64_t ns_of(Duration d) { return d.us * 1000; }

// A span of it; to the nanosecond, like the window of the original.
struct PacketSpan {
  std::int64_t ns = 0;

  constexpr PacketSpan(Duration d) : ns(ns_of(d)) {}
  constexpr explicit PacketSpan(std::int64_t nanoseconds) : ns(nanoseconds) {}
};

}  // namespace tacit::e2e
