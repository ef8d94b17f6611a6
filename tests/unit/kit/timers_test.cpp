// Many timers, set, moved and cancelled in a random order: they fire in time, in order, each once.
#include "tacit/kit/timers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace tacit {
namespace {

using namespace literals;

TEST(Timers, fire_what_is_due_and_nothing_else) {
  std::array<Timer*, 2> memory{};
  Timers timers(memory);
  Timer early(1), late(2);
  EXPECT_EQ(timers.next(), std::nullopt);
  timers.set(late, Instant{} + 2_s);
  timers.set(early, Instant{} + 1_s);
  EXPECT_EQ(timers.next(), Instant{} + 1_s);
  EXPECT_EQ(timers.pop_due(Instant{} + 999_ms), nullptr);
  EXPECT_EQ(timers.pop_due(Instant{} + 1_s), &early);
  EXPECT_FALSE(early.set());
  EXPECT_EQ(timers.pop_due(Instant{} + 1_s), nullptr);
  EXPECT_EQ(timers.pop_due(Instant{} + 9_s), &late);
}

TEST(Timers, set_by_moves_a_timer_forward_only) {
  std::array<Timer*, 1> memory{};
  Timers timers(memory);
  Timer timer;
  timers.set_by(timer, Instant{} + 2_s);
  timers.set_by(timer, Instant{} + 3_s);
  EXPECT_EQ(timers.next(), Instant{} + 2_s);
  timers.set_by(timer, Instant{} + 1_s);
  EXPECT_EQ(timers.next(), Instant{} + 1_s);
}

TEST(Timers, agree_with_a_list_that_is_searched_from_end_to_end) {
  std::mt19937 random(7);
  std::array<Timer*, 40> memory{};
  std::array<Timer, 40> all;
  Timers timers(memory);
  for (int step = 0; step < 20'000; ++step) {
    Timer& timer = all[random() % all.size()];
    if (random() % 3 == 0) timers.cancel(timer);
    else timers.set(timer, Instant{static_cast<std::int64_t>(random() % 1000)});

    std::optional<Instant> first;
    for (const Timer& other : all)
      if (other.set() && (!first || other.due < *first)) first = other.due;
    ASSERT_EQ(timers.next(), first) << "step " << step;

    if (random() % 50 != 0) continue;
    Instant before{};
    while (const Timer* fired = timers.pop_due(Instant{500})) {
      ASSERT_LE(before, fired->due);
      ASSERT_FALSE(fired->set());
      before = fired->due;
    }
    for (const Timer& other : all) ASSERT_TRUE(!other.set() || other.due > Instant{500});
  }
}

TEST(TimersDeathTest, more_timers_than_places_stop_the_program) {
  std::array<Timer*, 1> memory{};
  Timers timers(memory);
  Timer one, two;
  timers.set(one, Instant{1});
  EXPECT_DEATH(timers.set(two, Instant{2}), "");
}

}  // namespace
}  // namespace tacit
