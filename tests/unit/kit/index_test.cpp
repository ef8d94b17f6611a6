// An index finds what is in it, however its keys collide, and nothing else.
#include "tacit/kit/index.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tacit {
namespace {

struct Item {
  unsigned key = 0;
  Item* next = nullptr;
};
struct ByKey {
  using Key = unsigned;
  static unsigned key(const Item& item) { return item.key; }
  static std::size_t hash(unsigned key) { return key / 3; }  // crowded on purpose
  static Item*& next(Item& item) { return item.next; }
};

TEST(Index, finds_all_that_is_left_after_any_erasure) {
  for (unsigned divisor = 1; divisor < 20; ++divisor) {
    std::array<Item*, 8> buckets{};
    std::array<Item, 40> items;
    Index<Item, ByKey> index(buckets);
    for (unsigned i = 0; i < items.size(); ++i) {
      items[i].key = i;
      index.insert(items[i]);
    }
    for (Item& item : items)
      if (item.key % divisor == 0) index.erase(item);
    for (Item& item : items)
      ASSERT_EQ(index.find(item.key), item.key % divisor == 0 ? nullptr : &item) << item.key << ", " << divisor;
  }
}

TEST(Index, takes_an_erased_element_back) {
  std::array<Item*, 1> buckets{};
  Item item{.key = 7};
  Index<Item, ByKey> index(buckets);
  index.insert(item);
  index.erase(item);
  EXPECT_EQ(index.find(7), nullptr);
  index.insert(item);
  EXPECT_EQ(index.find(7), &item);
}

TEST(IndexDeathTest, a_number_of_buckets_that_is_no_power_of_two_stops_the_program) {
  std::array<Item*, 3> buckets{};
  EXPECT_DEATH((Index<Item, ByKey>(buckets)), "");
}

}  // namespace
}  // namespace tacit
