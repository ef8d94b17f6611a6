// The memory of packets beside one that never forgets: nothing is let in twice, whatever comes in whatever order.
#include "tacit/e2e/seen.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tacit/port/sim/random.hpp"

namespace tacit::e2e {
namespace {

using namespace literals;

Iv iv_of(std::int64_t ns, std::uint8_t random) { return e2e::iv_of(PacketTime(ns), {random}); }

template <std::size_t Packets> struct Room {
  std::array<Seen::Packet, Packets> packets{};
  std::array<Seen::Packet*, Packets> oldest{};
  std::array<Seen::Packet*, 8> buckets{};
  Seen seen{{packets, oldest, buckets}};
};

TEST(Seen, tells_equal_times_with_other_random_bytes_apart) {
  Room<4> room;
  room.seen.remember(iv_of(5, 1), false, PacketTime(5), 15_s);
  EXPECT_EQ(room.seen.look(iv_of(5, 1)).error(), Reason::replay);
  EXPECT_TRUE(room.seen.look(iv_of(5, 2)));
  EXPECT_TRUE(room.seen.look(iv_of(4, 1)));
}

TEST(Seen, lets_nothing_in_twice_over_any_order_of_times_and_any_clock) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    sim::Random random(seed);
    Room<16> room;
    std::set<Iv> taken;
    std::int64_t now_s = 1000;
    int fresh = 0;
    for (int n = 0; n < 500; ++n) {
      now_s += random.chance(2) ? static_cast<std::int64_t>(random.below(200)) - 100 : random.below(3);
      const Iv iv = iv_of((now_s + random.below(30) - 15) * 1'000'000'000, static_cast<std::uint8_t>(random.below(3)));
      const auto look = room.seen.look(iv);
      if (!look) continue;
      ASSERT_TRUE(taken.insert(iv).second) << "seed " << seed << ", packet " << n;
      room.seen.remember(iv, random.chance(20), PacketTime(now_s * 1'000'000'000), 15_s);
      ++fresh;
    }
    EXPECT_GT(fresh, 50) << "seed " << seed;
  }
}

TEST(Seen, when_full_takes_what_is_newer_than_all_it_knows) {
  Room<4> room;
  for (std::int64_t ns = 1; ns <= 100; ++ns) {
    ASSERT_TRUE(room.seen.look(iv_of(ns, 0))) << ns;
    room.seen.remember(iv_of(ns, 0), false, PacketTime(ns), 15_s);
  }
  EXPECT_EQ(room.seen.look(iv_of(96, 0)).error(), Reason::replay_memory_full);
  EXPECT_EQ(room.seen.look(iv_of(97, 0)).error(), Reason::replay);
}

TEST(Seen, forgets_what_is_over_without_complaint) {
  Room<4> room;
  const std::int64_t s = 1'000'000'000;
  for (std::int64_t n = 0; n < 100; ++n) {
    room.seen.remember(iv_of(n * 10 * s, 0), false, PacketTime(n * 10 * s), 15_s);
    EXPECT_TRUE(room.seen.look(iv_of(n * 10 * s - 14 * s, 1))) << n;
  }
  EXPECT_EQ(room.seen.look(iv_of(500 * s, 0)).error(), Reason::too_old);
}

TEST(Seen, when_full_of_times_ahead_still_takes_the_present_in_its_order) {
  Room<4> room;
  for (std::int64_t n = 0; n < 4; ++n) room.seen.remember(iv_of(1'000'000 + n, 0), false, PacketTime(0), 15_s);
  for (std::int64_t ns = 10; ns < 20; ++ns) {
    ASSERT_TRUE(room.seen.look(iv_of(ns, 0)));
    room.seen.remember(iv_of(ns, 0), false, PacketTime(ns), 15_s);
    EXPECT_EQ(room.seen.look(iv_of(ns, 0)).error(), Reason::replay_memory_full);
  }
  EXPECT_EQ(room.seen.look(iv_of(1'000'000, 0)).error(), Reason::replay);
}

}  // namespace
}  // namespace tacit::e2e
