// A hash table with colliding keys finds all that it holds, whatever was erased before.
#include "tacit/kit/table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <utility>

namespace tacit {
namespace {

struct CrowdedHash {
  std::size_t operator()(std::uint32_t key) const { return key / 3; }
};
using Crowded = Table<std::uint32_t, std::uint32_t, CrowdedHash>;

TEST(Table, finds_all_that_is_left_after_any_erasure) {
  for (std::uint32_t first : {0u, 30u, 41u}) {
    for (std::uint32_t divisor = 1; divisor < 20; ++divisor) {
      std::array<Crowded::Entry, 16> memory;
      Crowded table(memory);
      for (std::uint32_t key = first; key < first + 14; ++key) *table.insert(key) = key;
      table.erase_if([&](std::uint32_t value) { return value % divisor == 0; });
      for (std::uint32_t key = first; key < first + 14; ++key) {
        const std::uint32_t* found = table.find(key);
        ASSERT_EQ(found != nullptr, key % divisor != 0) << "key " << key << ", divisor " << divisor;
        if (found) { EXPECT_EQ(*found, key); }
      }
    }
  }
}

TEST(Table, says_when_it_is_full_and_has_room_again_after_an_erasure) {
  std::array<Crowded::Entry, 4> memory;
  Crowded table(memory);
  for (std::uint32_t key = 0; key < 4; ++key) ASSERT_NE(table.insert(key), nullptr);
  EXPECT_EQ(table.insert(99), nullptr);
  EXPECT_EQ(table.find(99), nullptr);
  table.erase_if([first = true](std::uint32_t) mutable { return std::exchange(first, false); });
  EXPECT_NE(table.insert(99), nullptr);
  EXPECT_NE(table.find(99), nullptr);
}

TEST(Table, keeps_an_eighth_free) {
  std::array<Crowded::Entry, 16> memory;
  Crowded table(memory);
  std::uint32_t key = 0;
  for (; table.has_room(); ++key) ASSERT_NE(table.insert(key), nullptr);
  EXPECT_EQ(key, 14u);
  EXPECT_EQ(table.insert(99), nullptr);
}

TEST(Table, forgets_the_value_of_an_erased_key) {
  std::array<Crowded::Entry, 4> memory;
  Crowded table(memory);
  *table.insert(7) = 70;
  table.erase_if([](std::uint32_t) { return true; });
  EXPECT_EQ(*table.insert(7), 0u);
}

}  // namespace
}  // namespace tacit
