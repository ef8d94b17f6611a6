#include <array>

#include "tacit/wire/crc16.hpp"

namespace tacit::wire {

namespace {

// What four bits that leave the register do to it.
constexpr auto table = [] {
  std::array<std::uint16_t, 16> made{};
  for (unsigned nibble = 0; nibble < made.size(); ++nibble) {
    unsigned crc = nibble;
    for (int bit = 0; bit < 4; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    made[nibble] = static_cast<std::uint16_t>(crc);
  }
  return made;
}();

}  // namespace

std::uint16_t crc16(Bytes bytes, std::uint16_t so_far) {
  unsigned crc = so_far;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return static_cast<std::uint16_t>(crc);
}

}  // namespace tacit::wire
