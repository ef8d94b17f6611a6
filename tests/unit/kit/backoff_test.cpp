// Goal: waits grow, stay within their bounds, and differ between those who failed together. Method: the extremes of
// the random number, and all that lies between in steps.
#include "tacit/kit/backoff.hpp"

#include <gtest/gtest.h>

namespace tacit {

namespace {

using namespace literals;

constexpr std::uint32_t shortest = 0, unchanged = 204, longest = 408;  // of 409 steps from -20 % to +20 %

TEST(Backoff, waits_double_up_to_the_most) {
  Backoff backoff(100_ms, 1_s);
  for (const Duration expected : {100_ms, 200_ms, 400_ms, 800_ms, 1000_ms, 1000_ms})
    EXPECT_EQ(backoff.next(unchanged), expected);
}

TEST(Backoff, a_wait_differs_by_a_fifth_at_most) {
  EXPECT_EQ(Backoff(1024_ms, 1024_ms).next(shortest), 820_ms);
  EXPECT_EQ(Backoff(1024_ms, 1024_ms).next(longest), 1228_ms);
  for (std::uint32_t random = 0; random < 0xff000000; random += 0x00fedcba) {
    const Duration wait = Backoff(1_s, 1_s).next(random);
    EXPECT_TRUE(wait >= 800_ms && wait <= 1200_ms) << random;
  }
}

TEST(Backoff, after_a_success_it_starts_again) {
  Backoff backoff(100_ms, 1_s);
  for (int failures = 0; failures < 5; ++failures) (void)backoff.next(unchanged);
  backoff.reset();
  EXPECT_EQ(backoff.next(unchanged), 100_ms);
}

}  // namespace

}  // namespace tacit
