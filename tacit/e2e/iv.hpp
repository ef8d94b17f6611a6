#pragma once
#include <array>

#include "tacit/base/bytes.hpp"
#include "tacit/e2e/packet_time.hpp"

namespace tacit::e2e {

// The 12 bytes that a packet begins with and is known by: when it was made, in ns, big endian; four random bytes. They
// are its nonce as well, so they never come twice with one key. On the air they may be anything.
inline constexpr std::size_t iv_size = 12;
using Iv = std::array<std::uint8_t, iv_size>;
using IvRandom = std::array<std::uint8_t, 4>;

inline Iv iv_of(PacketTime time, const IvRandom& random) {
  Iv iv;
  for (std::size_t i = 0; i < 8; ++i)
    iv[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(time.ns) >> (56 - 8 * i));
  copy(random, MutBytes(iv).subspan(8));
  return iv;
}

// Of 12 bytes at least.
inline Iv iv_of(Bytes packet) {
  Iv iv;
  copy(packet.first(iv_size), iv);
  return iv;
}

inline PacketTime time_of(const Iv& iv) {
  std::uint64_t ns = 0;
  for (std::size_t i = 0; i < 8; ++i) ns = ns << 8 | iv[i];
  return PacketTime(static_cast<std::int64_t>(ns));
}

}  // namespace tacit::e2e
