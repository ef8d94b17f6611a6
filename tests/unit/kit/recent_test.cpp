// Goal: what was used last is kept. Method: three places and more keys.
#include "tacit/kit/recent.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tacit {
namespace {

struct Word : Link<> {
  int key = 0, uses = 0;
  Word* next = nullptr;
};
struct ByKey {
  using Key = int;
  static int key(const Word& word) { return word.key; }
  static std::size_t hash(int key) { return static_cast<std::size_t>(key); }
  static Word*& next(Word& word) { return word.next; }
  static void begin(Word& word, int key) { word.key = key, word.uses = 0; }
};

struct Recently : ::testing::Test {
  std::array<Word, 3> pool;
  std::array<Word*, 2> buckets{};
  Recent<Word, ByKey> words{pool, buckets};
};

TEST_F(Recently, what_was_added_is_found_and_begins_anew) {
  words.add(1)->uses = 5;
  ASSERT_NE(words.find(1), nullptr);
  EXPECT_EQ(words.find(1)->uses, 5);
  EXPECT_EQ(words.find(2), nullptr);
  words.forget(*words.find(1));
  EXPECT_EQ(words.find(1), nullptr);
  EXPECT_EQ(words.add(1)->uses, 0);
}

TEST_F(Recently, the_longest_untouched_gives_way) {
  for (const int key : {1, 2, 3}) words.add(key);
  words.touch(*words.find(1));
  EXPECT_EQ(words.next_to_go(), words.find(2));
  words.add(4);
  EXPECT_EQ(words.find(2), nullptr);
  EXPECT_NE(words.find(1), nullptr);
}

TEST_F(Recently, what_is_let_go_next_goes_first_unless_it_is_touched) {
  for (const int key : {1, 2, 3}) words.add(key);
  words.let_go_next(*words.find(3));
  EXPECT_EQ(words.next_to_go(), words.find(3));
  words.touch(*words.find(3));
  EXPECT_EQ(words.next_to_go(), words.find(1));
}

TEST_F(Recently, nothing_gives_way_while_there_is_room) {
  words.add(1);
  EXPECT_EQ(words.next_to_go(), nullptr);
}

TEST_F(Recently, what_is_held_stays_and_where_all_is_held_nothing_is_added) {
  for (const int key : {1, 2, 3}) words.hold(*words.add(key));
  EXPECT_EQ(words.add(4), nullptr);
  words.touch(*words.find(2));
  EXPECT_NE(words.add(4), nullptr);
  EXPECT_EQ(words.find(2), nullptr);
  EXPECT_NE(words.find(1), nullptr);
}

}  // namespace
}  // namespace tacit
