// What is refused is told at a bounded rate, and no flood of one reason hides another.
#include "tacit/kit/drop_notices.hpp"

#include <gtest/gtest.h>

namespace tacit {
namespace {

using namespace literals;

int told(DropNotices& notices, Reason reason, Tick now, int times) {
  int count = 0;
  for (int i = 0; i < times; ++i) count += notices.take(reason, now);
  return count;
}

TEST(DropNotices, a_flood_is_told_ten_times_and_then_once_a_second) {
  DropNotices notices;
  const Tick start = tick_of(Instant{5'000'000});
  EXPECT_EQ(told(notices, Reason::bad_mac, start, 1000), 10);
  EXPECT_EQ(told(notices, Reason::bad_mac, start + ticks(1_s), 1000), 1);
}

TEST(DropNotices, each_reason_is_told_once_a_second_whatever_else_there_is) {
  DropNotices notices;
  for (int second = 1; second < 4; ++second) {
    const Tick now = tick_of(Instant{second * 1'100'000});
    (void)told(notices, Reason::truncated, now, 1000);
    for (std::size_t i = 1; i < reason_count; ++i) EXPECT_TRUE(notices.take(static_cast<Reason>(i), now)) << i;
    for (std::size_t i = 0; i < reason_count; ++i) EXPECT_FALSE(notices.take(static_cast<Reason>(i), now)) << i;
  }
}

}  // namespace
}  // namespace tacit
