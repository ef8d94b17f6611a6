#include "app/bench/numbered.hpp"

#include <gtest/gtest.h>

namespace tacit::app::bench {
namespace {

constexpr std::size_t size = 20;

TEST(Tally, counts_each_number_of_each_source_once) {
  Numbered one(size, 0), other(size, 1);
  Tally tally(size, 2);
  for (std::uint32_t n = 0; n < 10'000; ++n) tally.take(one.number(n)), tally.take(other.number(n));
  EXPECT_EQ(tally.arrived(), 20'000u);
  EXPECT_EQ(tally.wrong(), 0u);
  tally.take(one.number(9'999));
  tally.take(one.number(9'000));
  EXPECT_EQ(tally.arrived(), 20'000u);
  EXPECT_EQ(tally.wrong(), 2u);
}

TEST(Tally, takes_them_in_another_order) {
  Numbered numbered(size);
  Tally tally(size, 1);
  for (const std::uint32_t n : {3u, 1u, 0u, 2u, 5000u, 4999u}) tally.take(numbered.number(n));
  EXPECT_EQ(tally.arrived(), 6u);
  tally.take(numbered.number(1));
  EXPECT_EQ(tally.wrong(), 1u) << "so old that it cannot be told from one that came before";
}

TEST(Tally, goes_on_after_a_great_loss) {
  Numbered numbered(size);
  Tally tally(size, 1);
  tally.take(numbered.number(0));
  for (std::uint32_t n = 1'000'000; n < 1'010'000; ++n) tally.take(numbered.number(n));
  EXPECT_EQ(tally.arrived(), 10'001u);
}

TEST(Tally, refuses_what_was_changed_cut_or_is_nobodys) {
  Numbered numbered(size), stranger(size, 1);
  Tally tally(size, 1);
  const Bytes message = numbered.number(0);
  std::vector<std::uint8_t> changed(message.begin(), message.end());
  changed.back() ^= 1;
  tally.take(changed);
  tally.take(message.first(size - 1));
  tally.take(stranger.number(0));
  EXPECT_EQ(tally.arrived(), 0u);
  EXPECT_EQ(tally.wrong(), 3u);
}

}  // namespace
}  // namespace tacit::app::bench
