#include "app/bench/raw_run.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

namespace tacit::app::bench {
namespace {

using namespace std::chrono_literals;

// Two ends in memory. Every so many batches, one is lost or changed.
class Pipe {
 public:
  std::size_t lose_each = 0, change_each = 0;

  RawWay way() {
    return {.ahead_max = 256,
            .send = [this](MutBytes packets, std::size_t) { put(packets); },
            .receive = [this](MutBytes room, std::size_t) { return get(room); }};
  }

 private:
  void put(MutBytes packets) {
    const std::lock_guard lock(mutex_);
    ++count_;
    if (lose_each > 0 && count_ % lose_each == 0) return;
    batches_.emplace_back(packets.begin(), packets.end());
    if (change_each > 0 && count_ % change_each == 0) batches_.back().back() ^= 1;
    there_.notify_one();
  }
  MutBytes get(MutBytes room) {
    std::unique_lock lock(mutex_);
    if (!there_.wait_for(lock, 100ms, [&] { return !batches_.empty(); })) return {};
    const auto batch = std::move(batches_.front());
    batches_.pop_front();
    copy(batch, room);
    return room.first(batch.size());
  }

  std::mutex mutex_;
  std::condition_variable there_;
  std::deque<std::vector<std::uint8_t>> batches_;
  std::size_t count_ = 0;
};

Traffic run(Like like, Seals seals, Pipe& pipe, std::uint64_t messages) {
  const auto sealer = bare_cipher(like, seals), opener = bare_cipher(like, seals);
  return run_raw(pipe.way(), *sealer, *opener, 100, {.seconds = 10, .messages = messages});
}

TEST(RawRun, carries_all_messages_with_every_cipher) {
  for (const Like like : {Like::nomq, Like::usmp})
    for (const Seals seals : {Seals::no, Seals::yes}) {
      Pipe pipe;
      const Traffic traffic = run(like, seals, pipe, 1000);
      EXPECT_EQ(traffic.sent, 1000u);
      EXPECT_EQ(traffic.arrived, 1000u);
      EXPECT_EQ(traffic.wrong, 0u);
    }
}

TEST(RawRun, counts_what_was_lost) {
  Pipe pipe;
  pipe.lose_each = 10;
  const Traffic traffic = run(Like::nomq, Seals::yes, pipe, 64 * 30);
  EXPECT_EQ(traffic.lost(), 3u * 64u);
}

// A batch of which one packet is not authentic is not looked at: it would be a mistake of the cipher.
TEST(RawRun, opens_what_it_counts) {
  for (const Like like : {Like::nomq, Like::usmp}) {
    Pipe pipe;
    pipe.change_each = 10;
    const Traffic traffic = run(like, Seals::yes, pipe, 64 * 30);
    EXPECT_EQ(traffic.lost(), 3u * 64u);
  }
}

TEST(BareCipher, makes_packets_as_large_as_those_of_its_protocol) {
  EXPECT_EQ(bare_cipher(Like::nomq, Seals::yes)->size_of(1024), 1157u);
  EXPECT_EQ(bare_cipher(Like::usmp, Seals::yes)->size_of(452), 492u);
}

}  // namespace
}  // namespace tacit::app::bench
