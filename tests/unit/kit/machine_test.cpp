// The one loop, with a machine that answers each datagram, has room for one event, and wakes twice.
#include "tacit/kit/machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tacit {
namespace {

using namespace literals;

class Parrot {
 public:
  using Event = std::uint8_t;

  std::size_t input(std::span<Datagram> in, Now) {
    if (in.empty() || heard_) return 0;
    heard_ = in[0].bytes[0];
    owed_ = Answer{in[0].path, *heard_};
    return 1;
  }
  void timeout(Now now) {
    ++wakes;
    next_ = wakes < 2 ? std::optional(now.tick + 1_s) : std::nullopt;
  }
  void poll_transmit(Outbox& out, Now) {
    if (!owed_) return;
    const MutBytes room = out.add(owed_->path, 1);
    if (room.empty()) return;
    room[0] = owed_->what;
    owed_.reset();
  }
  std::optional<Event> poll_event() { return std::exchange(heard_, std::nullopt); }
  std::optional<Instant> next_timeout() const { return next_; }

  int wakes = 0;

 private:
  struct Answer {
    Path path;
    std::uint8_t what;
  };
  std::optional<std::uint8_t> heard_;
  std::optional<Answer> owed_;
  std::optional<Instant> next_ = Instant{} + 1_s;
};

struct Notebook {
  std::array<std::uint8_t, 8> memory{};
  std::array<Outbox::Run, 1> runs;
  Outbox out{memory, runs};
  std::vector<std::uint8_t> delivered, sent;

  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) {
    for (const auto& run : full.runs()) sent.insert(sent.end(), run.bytes.begin(), run.bytes.end());
  }
  void deliver(std::uint8_t event) { delivered.push_back(event); }
};

TEST(Machine, is_offered_again_what_it_had_no_room_for) {
  Parrot machine;
  Notebook port;
  std::array<std::uint8_t, 3> words = {'a', 'b', 'c'};
  std::array<Datagram, 3> in;
  for (std::size_t i = 0; i < in.size(); ++i) in[i].bytes = MutBytes(words).subspan(i, 1);

  EXPECT_EQ(offer(machine, port, in, {}), Instant{} + 1_s);
  EXPECT_TRUE(std::ranges::equal(port.delivered, words));
  EXPECT_TRUE(std::ranges::equal(port.sent, words));
}

TEST(Machine, is_woken_when_something_is_due_and_not_before) {
  Parrot machine;
  Notebook port;
  EXPECT_EQ(wake(machine, port, {.tick = Instant{} + 999_ms, .utc = {}}), Instant{} + 1_s);
  EXPECT_EQ(machine.wakes, 0);
  EXPECT_EQ(wake(machine, port, {.tick = Instant{} + 1_s, .utc = {}}), Instant{} + 2_s);
  EXPECT_EQ(machine.wakes, 1);
  EXPECT_EQ(wake(machine, port, {.tick = Instant{} + 9_s, .utc = {}}), std::nullopt);
  EXPECT_EQ(machine.wakes, 2);
}

}  // namespace
}  // namespace tacit
