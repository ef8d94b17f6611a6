// Which numbers of a sender were seen, at the edges: wrap-around, late arrivals, jumps.
#include "tacit/kit/window.hpp"

#include <gtest/gtest.h>

namespace tacit {
namespace {

// Looks, and remembers what is new: what every owner of a window does with a number that turns out authentic.
class Memory {
 public:
  Sighting see(std::uint32_t number) {
    const Sighting sighting = window_.look(number);
    if (sighting == Sighting::first) window_.mark(number);
    return sighting;
  }

 private:
  Window<1024> window_;
};

TEST(Window, tells_first_from_again_from_any_start) {
  for (const std::uint32_t start : {0u, 7u, 0xFFFFFF00u}) {  // the last one wraps on the way
    Memory memory;
    for (std::uint32_t i = 0; i < 3000; ++i) {
      ASSERT_EQ(memory.see(start + i), Sighting::first) << start << " + " << i;
      ASSERT_EQ(memory.see(start + i), Sighting::again) << start << " + " << i;
    }
  }
}

TEST(Window, remembers_nothing_of_a_mere_look) {
  Window<64> window;
  EXPECT_EQ(window.look(7), Sighting::first);
  EXPECT_EQ(window.look(7), Sighting::first);
  window.mark(7);
  EXPECT_EQ(window.look(1000), Sighting::first);
  EXPECT_EQ(window.look(7), Sighting::again) << "the look at 1000 did not move it";
}

TEST(Window, takes_what_comes_late_but_not_too_late) {
  Memory memory;
  EXPECT_EQ(memory.see(5000), Sighting::first);
  EXPECT_EQ(memory.see(5000 - 1023), Sighting::first);
  EXPECT_EQ(memory.see(5000 - 1023), Sighting::again);
  EXPECT_EQ(memory.see(5000 - 1024), Sighting::too_old);
}

TEST(Window, remembers_across_a_short_step_forward) {
  Memory memory;
  EXPECT_EQ(memory.see(5000), Sighting::first);
  EXPECT_EQ(memory.see(5000 + 1023), Sighting::first);
  EXPECT_EQ(memory.see(5000), Sighting::again) << "still the oldest that fits";
  EXPECT_EQ(memory.see(5001), Sighting::first) << "was skipped";
}

TEST(Window, keeps_nothing_from_before_a_jump) {
  Memory memory;
  for (std::uint32_t number = 0; number < 1024; ++number) ASSERT_EQ(memory.see(number), Sighting::first);
  EXPECT_EQ(memory.see(9000), Sighting::first);
  for (std::uint32_t number = 9000 - 1023; number < 9000; ++number) ASSERT_EQ(memory.see(number), Sighting::first);
}

TEST(Window, a_number_half_the_circle_away_is_not_newer) {
  Memory memory;
  EXPECT_EQ(memory.see(0), Sighting::first);
  EXPECT_EQ(memory.see(0x80000000u), Sighting::too_old);
  EXPECT_EQ(memory.see(0x7FFFFFFFu), Sighting::first);
}

}  // namespace
}  // namespace tacit
