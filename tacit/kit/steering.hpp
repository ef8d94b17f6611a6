#pragma once
#include <array>
#include <optional>

#include "tacit/base/bytes.hpp"

namespace tacit {

// Which datagrams say to which of a server's shards they belong, and where: a rule of one protocol, in a form that a
// port can give to a kernel. What names no shard goes where the address of its sender leads.
struct Steering {
  struct Test {  // of one byte: at least, and at most
    std::uint16_t at = 0;
    std::uint8_t least = 0, most = 0xff;
  };
  std::array<Test, 4> tests{};  // all of them hold for a datagram that names a shard
  std::uint16_t size_min = 1;   // no test and no name lies beyond
  std::uint16_t shard_at = 0;   // the byte that, modulo the number of shards, is the shard
};

constexpr std::optional<std::size_t> shard_named(const Steering& steering, Bytes datagram, std::size_t shards) {
  if (datagram.size() < steering.size_min) return std::nullopt;
  for (const auto& [at, least, most] : steering.tests)
    if (datagram[at] < least || datagram[at] > most) return std::nullopt;
  return datagram[steering.shard_at] % shards;
}

}  // namespace tacit
