// Ranges of times beside a set of all of them: whatever was forgotten is known as such, and clocks that leap cost
// little.
#include "tacit/e2e/forgotten.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tacit/port/sim/random.hpp"

namespace tacit::e2e {
namespace {

PacketTime at_s(std::int64_t s) { return PacketTime(s * 1'000'000'000); }

TEST(Forgotten, never_loses_a_time_in_whatever_order_they_come) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    sim::Random random(seed);
    Forgotten forgotten;
    std::vector<PacketTime> all;
    std::int64_t near_s = 100'000;
    for (int n = 0; n < 200; ++n) {
      if (random.chance(10)) near_s = random.below(200'000);
      all.push_back(at_s(near_s + random.below(60)));
      forgotten.add(all.back(), Reason::too_old);
      for (const PacketTime time : all) ASSERT_TRUE(forgotten.find(time)) << "seed " << seed;
    }
  }
}

TEST(Forgotten, leaves_what_lies_between_a_clock_ahead_and_the_present) {
  Forgotten forgotten;
  for (std::int64_t s = 0; s < 100; ++s) forgotten.add(at_s(s), Reason::too_old);
  for (std::int64_t s = 3600; s < 3700; ++s) forgotten.add(at_s(s), Reason::replay_memory_full);
  for (std::int64_t s = 100; s < 200; ++s) {
    EXPECT_FALSE(forgotten.find(at_s(s)));
    forgotten.add(at_s(s), Reason::too_old);
  }
  EXPECT_EQ(forgotten.find(at_s(150)), Reason::too_old);
  EXPECT_EQ(forgotten.find(at_s(3650)), Reason::replay_memory_full);
  EXPECT_FALSE(forgotten.find(at_s(3000)));
  EXPECT_FALSE(forgotten.find(at_s(4000)));
}

TEST(Forgotten, of_a_slow_sender_makes_one_range_of_long_ago) {
  Forgotten forgotten;
  forgotten.add(at_s(1'000'000), Reason::too_old);  // the clock was ahead once
  for (std::int64_t hour = 0; hour < 100; ++hour) forgotten.add(at_s(hour * 3600), Reason::too_old);
  EXPECT_TRUE(forgotten.find(at_s(1800)));
  EXPECT_FALSE(forgotten.find(at_s(99 * 3600 - 60)));
  EXPECT_FALSE(forgotten.find(at_s(500'000)));
  EXPECT_TRUE(forgotten.find(at_s(1'000'000)));
}

}  // namespace
}  // namespace tacit::e2e
