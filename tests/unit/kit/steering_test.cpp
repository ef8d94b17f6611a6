#include "tacit/kit/steering.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tacit {
namespace {

constexpr Steering steering{.tests = {{{0, 'S', 'S'}, {1, 5, 9}}}, .size_min = 4, .shard_at = 3};

std::optional<std::size_t> named(std::vector<std::uint8_t> bytes, std::size_t shards = 4) {
  return shard_named(steering, bytes, shards);
}

TEST(Steering, what_passes_all_tests_names_a_shard) {
  EXPECT_EQ(named({'S', 5, 0, 2}), 2u);
  EXPECT_EQ(named({'S', 9, 0, 3, 'x'}), 3u);
  EXPECT_EQ(named({'S', 5, 0, 2}, 1), 0u);
}

TEST(Steering, a_name_beyond_the_shards_names_one_of_them) { EXPECT_EQ(named({'S', 5, 0, 255}), 3u); }

TEST(Steering, what_fails_a_test_or_is_too_short_names_none) {
  EXPECT_EQ(named({'T', 5, 0, 2}), std::nullopt);
  EXPECT_EQ(named({'S', 4, 0, 2}), std::nullopt);
  EXPECT_EQ(named({'S', 10, 0, 2}), std::nullopt);
  EXPECT_EQ(named({'S', 5, 0}), std::nullopt);
  EXPECT_EQ(named({}), std::nullopt);
}

}  // namespace
}  // namespace tacit
