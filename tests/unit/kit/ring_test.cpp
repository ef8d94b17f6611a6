// A ring is first in, first out, for ever, and never grows.
#include "tacit/kit/ring.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tacit {
namespace {

TEST(Ring, gives_back_in_order_over_many_rounds) {
  std::array<int, 3> memory{};
  Ring<int> ring(memory);
  int in = 0, out = 0;
  for (int round = 0; round < 20; ++round) {
    while (ring.room() > 0) ring.push(in++);
    for (int i = 0; i < 1 + round % 3; ++i) EXPECT_EQ(ring.pop(), out++);
  }
  while (!ring.empty()) EXPECT_EQ(ring.pop(), out++);
  EXPECT_EQ(in, out);
  EXPECT_EQ(ring.pop(), std::nullopt);
}

TEST(Ring, has_all_its_room_again_after_a_clear) {
  std::array<int, 3> memory{};
  Ring<int> ring(memory);
  ring.push(1);
  ring.push(2);
  ring.clear();
  EXPECT_TRUE(ring.empty());
  EXPECT_EQ(ring.room(), 3u);
}

TEST(RingDeathTest, a_push_without_room_stops_the_program) {
  std::array<int, 1> memory{};
  Ring<int> ring(memory);
  ring.push(1);
  EXPECT_DEATH(ring.push(2), "");
}

}  // namespace
}  // namespace tacit
