// Ticks wrap after 49 days, and whoever keeps to their limits never sees it.
#include "tacit/kit/tick.hpp"

#include <gtest/gtest.h>

namespace tacit {
namespace {

using namespace literals;

TEST(Ticks, tell_what_comes_first_across_the_wrap) {
  const Tick before{0u - 5}, after = before + Ticks{10};
  EXPECT_EQ(after.count, 5u);
  EXPECT_TRUE(before < after);
  EXPECT_TRUE(after > before);
  EXPECT_TRUE(before <= before);
  EXPECT_FALSE(before >= after);
  EXPECT_EQ(after - before, Ticks{10});
}

TEST(Ticks, tell_the_age_of_what_is_older_than_they_can_compare) {
  const Instant then{}, now = then + 86'400_s * 40;
  EXPECT_GE(duration_of(tick_of(now) - tick_of(then)), 86'400_s * 40 - 1_ms);
}

TEST(Ticks, become_the_instant_that_they_were_near_any_other) {
  for (const Instant near :
       {Instant{}, Instant{-1}, Instant{1LL << 42}, Instant{(1LL << 45) - 7}, Instant{-(1LL << 43)}})
    for (const Duration away : {0_s, 1_ms, 300_s, 86'400_s * 20})
      for (const Instant at : {near + away, near - away}) {
        const Instant back = instant_of(tick_of(at), near);
        EXPECT_LE(back, at);
        EXPECT_LT(at - back, 1024_us);
        EXPECT_EQ(tick_of(back), tick_of(at)) << "who sleeps until then finds it due";
      }
}

}  // namespace
}  // namespace tacit
