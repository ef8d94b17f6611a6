// What was seen is known for 120 s and no address matters; checked against a memory that keeps a list of everything.
#include "tacit/nomq/replay.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <set>

namespace tacit::nomq {
namespace {

using namespace literals;

struct Memory_ {
  std::array<Replay::Sessions::Entry, 4> sessions;
  std::array<Replay::Traces::Entry, 8> traces;
  Replay replay{sessions, traces};

  // What every owner does with a PUBLISH that turns out well.
  Result<Replay::Sight> see(std::uint32_t session, std::uint32_t id, Instant now, bool counts = true) {
    Header header;
    header.type = PacketType::publish;
    header.flags = PublishFlags{Qos::at_least_once, false, counts, 0}.bits();
    header.session = SessionId{session};
    header.id = PacketId{id};
    const auto sight = replay.look(header, counts, id, tick_of(now));
    if (sight && *sight == Replay::Sight::first) replay.remember(header, counts, id, tick_of(now));
    return sight;
  }
};

TEST(Replay, forgets_a_session_after_120_seconds_when_it_needs_the_room_and_never_before) {
  Memory_ memory;
  for (std::uint32_t session = 1; session <= 4; ++session) ASSERT_TRUE(memory.see(session, 7, Instant{} + 1_s));
  EXPECT_EQ(memory.see(5, 7, Instant{} + 100_s).error(), Reason::replay_memory_full);
  EXPECT_EQ(*memory.see(1, 7, Instant{} + 119_s), Replay::Sight::again);
  EXPECT_EQ(memory.see(5, 7, Instant{} + 120_s).error(), Reason::replay_memory_full);
  EXPECT_EQ(*memory.see(5, 7, Instant{} + 140_s), Replay::Sight::first);
  EXPECT_EQ(*memory.see(1, 7, Instant{} + 140_s), Replay::Sight::again) << "heard at 119 s";
}

TEST(Replay, without_counting_ids_refuses_the_newcomer_when_full) {
  Memory_ memory;
  for (std::uint32_t nonce = 0; nonce < 7; ++nonce) ASSERT_TRUE(memory.see(1, nonce, Instant{} + 1_s, false));
  EXPECT_EQ(memory.see(1, 99, Instant{} + 30_s, false).error(), Reason::replay_memory_full);
  EXPECT_EQ(*memory.see(1, 0, Instant{} + 30_s, false), Replay::Sight::again);
  EXPECT_EQ(*memory.see(1, 99, Instant{} + 150_s, false), Replay::Sight::first);
}

TEST(Replay, without_counting_ids_forgets_nothing_early_whenever_it_was_seen) {
  for (std::int64_t start_us = 0; start_us < 10'000'000'000; start_us += 17'777'777) {  // hours: its clock comes round
    Memory_ memory;
    const Instant start{start_us};
    for (std::uint32_t nonce = 0; nonce < 7; ++nonce) ASSERT_TRUE(memory.see(1, nonce, start, false));
    EXPECT_EQ(memory.see(1, 99, start + 120_s, false).error(), Reason::replay_memory_full) << start_us;
    EXPECT_EQ(*memory.see(1, 99, start + 122_s, false), Replay::Sight::first) << start_us;
  }
}

RC_GTEST_PROP(Replay, agrees_with_a_list_of_all_that_was_seen,
              (std::uint32_t start, std::vector<std::uint16_t> steps)) {
  const auto memory = std::make_unique<Memory_>();
  std::set<std::uint32_t> seen;
  std::uint32_t newest = start;
  for (const std::uint16_t step : steps) {
    const std::uint32_t id = newest + step % 3000 - 1500;
    const auto ahead = static_cast<std::int32_t>(id - newest);
    const auto sight = memory->see(1, id, Instant{} + 1_s);
    if (!seen.empty() && ahead <= -1024) {
      RC_ASSERT(sight.error() == Reason::too_old);
      continue;
    }
    RC_ASSERT(*sight == (seen.contains(id) ? Replay::Sight::again : Replay::Sight::first));
    if (seen.empty() || ahead > 0) newest = id;
    seen.insert(id);
  }
}

}  // namespace
}  // namespace tacit::nomq
