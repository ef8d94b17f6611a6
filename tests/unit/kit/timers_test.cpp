// Many timers, set, moved and cancelled in a random order: they fire in time, in order, each once.
#include "tacit/kit/timers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace tacit {
namespace {

using namespace literals;

TEST(Timers, fire_what_is_due_and_nothing_else) {
  std::array<DueTimer, 2> memory{};
  Timers timers(memory);
  Timer early(1), late(2);
  EXPECT_EQ(timers.next(), std::nullopt);
  timers.set(late, Tick{} + ticks(2_s));
  timers.set(early, Tick{} + ticks(1_s));
  EXPECT_EQ(timers.next(), Tick{} + ticks(1_s));
  EXPECT_EQ(timers.pop_due(Tick{} + ticks(999_ms)), nullptr);
  EXPECT_EQ(timers.pop_due(Tick{} + ticks(1_s)), &early);
  EXPECT_FALSE(early.set());
  EXPECT_EQ(timers.pop_due(Tick{} + ticks(1_s)), nullptr);
  EXPECT_EQ(timers.pop_due(Tick{} + ticks(9_s)), &late);
}

TEST(Timers, set_by_moves_a_timer_forward_only) {
  std::array<DueTimer, 1> memory{};
  Timers timers(memory);
  Timer timer;
  timers.set_by(timer, Tick{} + ticks(2_s));
  timers.set_by(timer, Tick{} + ticks(3_s));
  EXPECT_EQ(timers.next(), Tick{} + ticks(2_s));
  timers.set_by(timer, Tick{} + ticks(1_s));
  EXPECT_EQ(timers.next(), Tick{} + ticks(1_s));
}

TEST(Timers, agree_with_a_list_that_is_searched_from_end_to_end_while_ticks_wrap) {
  constexpr std::uint32_t start = 0u - 300;
  std::mt19937 random(7);
  struct One : Timer {
    Tick due;
  };
  std::array<DueTimer, 100> memory{};
  std::array<One, 100> all;
  Timers timers(memory);
  for (int step = 0; step < 20'000; ++step) {
    One& timer = all[random() % all.size()];
    if (random() % 3 == 0) timers.cancel(timer);
    else timers.set(timer, timer.due = Tick{start + static_cast<std::uint32_t>(random() % 1000)});

    std::optional<Tick> first;
    for (const One& other : all)
      if (other.set() && (!first || other.due < *first)) first = other.due;
    ASSERT_EQ(timers.next(), first) << "step " << step;

    if (random() % 50 != 0) continue;
    Tick before{start};
    while (const auto* fired = static_cast<const One*>(timers.pop_due(Tick{start + 500}))) {
      ASSERT_LE(before, fired->due);
      ASSERT_FALSE(fired->set());
      before = fired->due;
    }
    for (const One& other : all) ASSERT_TRUE(!other.set() || other.due > Tick{start + 500});
  }
}

TEST(TimersDeathTest, more_timers_than_places_stop_the_program) {
  std::array<DueTimer, 1> memory{};
  Timers timers(memory);
  Timer one, two;
  timers.set(one, Tick{1});
  EXPECT_DEATH(timers.set(two, Tick{2}), "");
}

}  // namespace
}  // namespace tacit
