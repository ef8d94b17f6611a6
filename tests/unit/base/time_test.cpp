// Instants and durations add up, and do not mix with wall time.
#include "tacit/base/time.hpp"

#include <gtest/gtest.h>

#include <concepts>

namespace tacit {
namespace {

using namespace literals;

TEST(Time, units_agree) {
  EXPECT_EQ(1_s, 1000_ms);
  EXPECT_EQ(1_ms, 1000_us);
  EXPECT_EQ(3_s / 2, 1500_ms);
}

TEST(Time, an_instant_moves_by_a_duration_and_two_are_a_duration_apart) {
  const Instant start{5};
  EXPECT_EQ((start + 2_s) - start, 2_s);
  EXPECT_LT(start - 1_us, start);
}

template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

TEST(Time, a_timer_cannot_be_compared_with_the_wall_clock) {
  static_assert(Comparable<Instant, Instant> && Comparable<UnixTime, UnixTime>);
  static_assert(!Comparable<Instant, UnixTime> && !Comparable<Instant, Duration>);
}

TEST(Time, wall_time_is_ordered_by_seconds_first) { EXPECT_LT((UnixTime{1, 999'999'999}), (UnixTime{2, 0})); }

}  // namespace
}  // namespace tacit
