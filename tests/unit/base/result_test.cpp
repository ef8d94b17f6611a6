// A Result is a value or a reason, and confusing the two stops the program.
#include "tacit/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace tacit {
namespace {

TEST(Result, holds_a_value) {
  const Result<int> seven = 7;
  ASSERT_TRUE(seven);
  EXPECT_EQ(*seven, 7);
}

TEST(Result, holds_a_reason) {
  const Result<int> refused = Reason::bad_mac;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Reason::bad_mac);
}

TEST(Result, gives_away_what_can_only_be_moved) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> mine = *std::move(made);
  EXPECT_EQ(*mine, 7);
}

TEST(Result, makes_its_value_where_it_stays) {
  struct Immovable {
    explicit Immovable(int n) : number(n) {}
    Immovable(const Immovable&) = delete;
    Immovable& operator=(const Immovable&) = delete;
    int number;
  };
  const Result<Immovable> seven(std::in_place, 7);
  ASSERT_TRUE(seven);
  EXPECT_EQ(seven->number, 7);
}

TEST(Result, of_nothing_is_no_larger_than_a_reason) {
  static_assert(sizeof(Result<Done>) == sizeof(Reason));
  const Result<Done> done = Done{};
  ASSERT_TRUE(done);
  (void)*done;
  const Result<Done> refused = Reason::stale;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Reason::stale);
}

TEST(ResultDeathTest, a_look_at_the_value_of_a_refusal_stops_the_program) {
  const Result<int> refused = Reason::stale;
  EXPECT_DEATH((void)*refused, "");
}

TEST(ResultDeathTest, a_look_at_the_reason_of_a_success_stops_the_program) {
  const Result<Done> done = Done{};
  EXPECT_DEATH((void)done.error(), "");
}

TEST(Counters, count_each_reason_by_itself) {
  Counters counters;
  counters.add(Reason::replay);
  counters.add(Reason::replay);
  EXPECT_EQ(counters[Reason::replay], 2u);
  EXPECT_EQ(counters[Reason::duplicate], 0u);
}

}  // namespace
}  // namespace tacit
