// What the air can cause as often as it likes happens at a bounded rate.
#include "tacit/kit/allowance.hpp"

#include <gtest/gtest.h>

namespace tacit {
namespace {

using namespace literals;

int taken(Allowance& allowance, Tick now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += allowance.take(now);
  return count;
}

TEST(Allowance, grants_a_burst_and_then_one_per_interval) {
  Allowance allowance(3, ticks(1_s));
  const Tick start{0};
  EXPECT_EQ(taken(allowance, start, 10), 3);
  EXPECT_EQ(taken(allowance, start + ticks(999_ms), 10), 0);
  EXPECT_EQ(taken(allowance, start + ticks(1_s), 10), 1);
  EXPECT_EQ(taken(allowance, start + ticks(3500_ms), 10), 2);
  EXPECT_EQ(taken(allowance, start + ticks(4_s), 10), 1) << "the half second before was not lost";
}

TEST(Allowance, saves_no_more_than_a_burst_in_a_long_silence) {
  Allowance allowance(3, ticks(1_s));
  EXPECT_EQ(taken(allowance, Tick{} + ticks(86'400_s), 10), 3);
}

}  // namespace
}  // namespace tacit
