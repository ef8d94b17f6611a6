#include <array>

#include "tacit/wire/crc16.hpp"

namespace tacit::wire {

namespace {

// Sixteen bytes at a time ("slicing"): table k says what a byte does to the register when k more bytes follow it. Only
// the first two of the sixteen meet the register; the other lookups wait for nothing.
constexpr std::size_t slices = 16;

constexpr auto tables = [] {
  std::array<std::array<std::uint16_t, 256>, slices> made{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    made[0][byte] = static_cast<std::uint16_t>(crc);
  }
  for (std::size_t k = 1; k < slices; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const unsigned before = made[k - 1][byte];
      made[k][byte] = static_cast<std::uint16_t>(before >> 8 ^ made[0][before & 0xFF]);
    }
  return made;
}();

}  // namespace

std::uint16_t crc16(Bytes bytes, std::uint16_t so_far) {
  unsigned crc = so_far;
  for (; bytes.size() >= slices; bytes = bytes.subspan(slices)) {
    unsigned next = tables[slices - 1][bytes[0] ^ (crc & 0xFF)] ^ tables[slices - 2][bytes[1] ^ crc >> 8];
    for (std::size_t i = 2; i < slices; ++i) next ^= tables[slices - 1 - i][bytes[i]];
    crc = next;
  }
  for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ tables[0][(crc ^ byte) & 0xFF];
  return static_cast<std::uint16_t>(crc);
}

}  // namespace tacit::wire
