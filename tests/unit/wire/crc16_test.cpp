// The checksum is the one that devices compute, however its bytes are cut into parts.
#include "tacit/wire/crc16.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tacit::wire {
namespace {

// As the specification has it: bit by bit.
std::uint16_t by_the_book(Bytes bytes) {
  unsigned crc = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
  }
  return static_cast<std::uint16_t>(crc);
}

std::vector<std::uint8_t> some_bytes(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1'664'525 + 1'013'904'223) >> 24);
  return bytes;
}

TEST(Crc16, is_that_of_modbus) {
  EXPECT_EQ(crc16({}), 0xFFFF);
  EXPECT_EQ(crc16(bytes_of("hello")), 0x34F6);
  EXPECT_EQ(crc16(bytes_of("123456789")), 0x4B37);
}

TEST(Crc16, of_any_length_is_what_the_polynomial_says) {
  const auto bytes = some_bytes(600);
  for (std::size_t size = 0; size <= bytes.size(); ++size)
    ASSERT_EQ(crc16(Bytes(bytes).first(size)), by_the_book(Bytes(bytes).first(size))) << size;
}

TEST(Crc16, of_two_parts_is_that_of_the_whole) {
  const auto bytes = some_bytes(70);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    ASSERT_EQ(crc16(Bytes(bytes).subspan(cut), crc16(Bytes(bytes).first(cut))), crc16(bytes)) << cut;
}

}  // namespace
}  // namespace tacit::wire
