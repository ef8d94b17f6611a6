// Goal: a clock that was never set is no clock.
#include "tacit/port/linux/clock.hpp"

#include <gtest/gtest.h>

namespace tacit::linux_port {

namespace {

TEST(Clock, a_year_before_2024_is_no_time) {
  EXPECT_FALSE(believable({0, 0}));
  EXPECT_FALSE(believable({first_believable_s - 1, 999'999'999}));
  const std::optional<UnixTime> first = believable({first_believable_s, 5});
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, (UnixTime{1'704'067'200, 5}));
}

TEST(Clock, ticks_do_not_go_back) {
  const Instant before = now().tick;
  EXPECT_GE(now().tick, before);
}

}  // namespace

}  // namespace tacit::linux_port
