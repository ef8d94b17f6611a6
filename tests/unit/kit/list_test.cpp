// An element is on one list at most, and moving it costs the list nothing.
#include "tacit/kit/list.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tacit {
namespace {

struct Item : Link<> {
  int number = 0;
};

std::vector<int> drained(List<Item>& list) {
  std::vector<int> numbers;
  while (Item* item = list.front()) {
    numbers.push_back(item->number);
    List<Item>::remove(*item);
  }
  return numbers;
}

class Lists : public ::testing::Test {
 protected:
  Lists() {
    for (int i = 0; i < 4; ++i) items[static_cast<std::size_t>(i)].number = i;
  }
  std::array<Item, 4> items;
  List<Item> list, other;
};

TEST_F(Lists, an_empty_one_has_no_front) { EXPECT_EQ(list.front(), nullptr); }

TEST_F(Lists, keep_the_order_of_both_ends) {
  list.push_back(items[1]);
  list.push_back(items[2]);
  list.push_front(items[0]);
  EXPECT_EQ(drained(list), (std::vector{0, 1, 2}));
}

TEST_F(Lists, pushing_takes_an_element_off_the_list_it_was_on) {
  for (Item& item : items) list.push_back(item);
  other.push_back(items[1]);
  other.push_back(items[3]);
  EXPECT_EQ(drained(list), (std::vector{0, 2}));
  EXPECT_EQ(drained(other), (std::vector{1, 3}));
}

TEST_F(Lists, pushing_again_moves_an_element_to_the_end) {
  for (Item& item : items) list.push_back(item);
  list.push_back(items[0]);
  EXPECT_EQ(drained(list), (std::vector{1, 2, 3, 0}));
}

TEST_F(Lists, know_what_comes_after_an_element_and_whether_they_hold_it) {
  list.push_back(items[0]);
  list.push_back(items[1]);
  EXPECT_EQ(list.after(items[0]), &items[1]);
  EXPECT_EQ(list.after(items[1]), nullptr);
  EXPECT_TRUE(List<Item>::holds(items[1]));
  EXPECT_FALSE(List<Item>::holds(items[2]));
}

struct Both : Link<struct One>, Link<struct Two> {};

TEST_F(Lists, of_two_tags_hold_one_element_at_once) {
  Both element;
  List<Both, One> one;
  List<Both, Two> two;
  one.push_back(element);
  two.push_back(element);
  EXPECT_EQ(one.front(), &element);
  List<Both, One>::remove(element);
  EXPECT_TRUE(one.empty());
  EXPECT_EQ(two.front(), &element);
}

TEST_F(Lists, removing_twice_does_no_harm) {
  for (Item& item : items) list.push_back(item);
  List<Item>::remove(items[2]);
  List<Item>::remove(items[2]);
  EXPECT_EQ(drained(list), (std::vector{0, 1, 3}));
}

}  // namespace
}  // namespace tacit
