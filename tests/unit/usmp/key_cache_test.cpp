// Goal: keys that are used again stay, however many others pass. Method: four places, and who computes with which key
// is seen by its text.
#include "tacit/usmp/key_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tacit::usmp {
namespace {

struct KeyCaches : ::testing::Test {
  KeyCaches() {
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i].fill()[0] = static_cast<std::uint8_t>(i);
  }
  bool has(std::size_t i) const {
    return std::ranges::any_of(entries, [&](const auto& entry) { return entry.of == &raw[i] && entry.expanded; });
  }
  void use(std::size_t i) { (void)keys.expanded(raw[i]); }

  std::vector<Secret<32>> raw{100};
  std::array<KeyCache::Entry, 4> entries;
  std::array<KeyCache::Entry*, 4> buckets{};
  KeyCache keys{entries, buckets};
};

TEST_F(KeyCaches, each_key_seals_as_itself_whichever_others_pass) {
  for (int times = 0; times < 3; ++times) {
    for (const Secret<32>& key : raw) {
      std::array<std::uint8_t, 16> text{}, expected{}, tag{}, expected_tag{};
      const std::array<std::uint8_t, 12> iv{};
      crypto::AesGcm::SealJob job{iv, {}, text, tag}, alone{iv, {}, expected, expected_tag};
      keys.expanded(key).seal({&job, 1});
      crypto::AesGcm(key.reveal()).seal({&alone, 1});
      EXPECT_EQ(text, expected);
      EXPECT_EQ(tag, expected_tag);
    }
  }
}

TEST_F(KeyCaches, those_that_take_turns_with_too_many_displace_each_other_and_few_of_the_rest) {
  for (std::size_t i = 0; i < 34; ++i) use(i);
  EXPECT_TRUE(has(0) && has(1));
  EXPECT_TRUE(has(31) && has(33));  // the 32nd, and the last
}

TEST_F(KeyCaches, a_key_that_is_used_twice_stays_as_long_as_the_others) {
  for (std::size_t i = 0; i < 5; ++i) use(i);
  use(4);
  use(5);
  EXPECT_TRUE(has(4) && has(5));
  EXPECT_FALSE(has(2));
}

TEST_F(KeyCaches, who_is_busy_from_now_on_gets_the_places_of_who_was_once) {
  for (std::size_t i = 0; i < 4; ++i) use(i);
  for (int times = 0; times < 200; ++times)
    for (std::size_t i = 4; i < 8; ++i) use(i);
  for (std::size_t i = 4; i < 8; ++i) EXPECT_TRUE(has(i));
}

}  // namespace
}  // namespace tacit::usmp
