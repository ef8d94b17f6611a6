#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace tacit {

// So many bytes that are one value: an id, an address. A std::array that is compared in registers: for one of 16 bytes
// GCC 12 calls memcmp, 3 ns more each time, and a packet compares several on its way. Not for secrets, whose comparison
// takes the same time whatever they are: those are crypto::equal's.
template <std::size_t N> struct Octets : std::array<std::uint8_t, N> {
  friend constexpr bool operator==(const Octets& a, const Octets& b) {
    return __builtin_memcmp(a.data(), b.data(), N) == 0;
  }
};

}  // namespace tacit
