// The bytes that a packet begins with, written out.
#include "tacit/e2e/iv.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tacit::e2e {
namespace {

constexpr Iv written_out{0x18, 0x7a, 0xf3, 0xf5, 0x1b, 0x88, 0xc9, 0x15, 1, 2, 3, 4};
constexpr PacketTime time(1'763'990'438'123'456'789);

TEST(Iv, is_the_time_in_nanoseconds_big_endian_and_four_random_bytes) {
  EXPECT_EQ(iv_of(time, {1, 2, 3, 4}), written_out);
  EXPECT_EQ(time_of(written_out), time);
}

TEST(Iv, has_a_signed_time) {
  Iv before_1970;
  before_1970.fill(0xFF);
  EXPECT_EQ(time_of(before_1970), PacketTime(-1));
  EXPECT_EQ(iv_of(PacketTime(-1), {0xFF, 0xFF, 0xFF, 0xFF}), before_1970);
}

TEST(Iv, is_the_front_of_its_packet) {
  std::vector<std::uint8_t> packet(31);
  copy(written_out, packet);
  EXPECT_EQ(iv_of(packet), written_out);
}

}  // namespace
}  // namespace tacit::e2e
