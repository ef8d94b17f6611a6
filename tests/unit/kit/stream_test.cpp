// The one loop over a stream, with a machine that sends back each byte in capitals and has room for one event.
#include "tacit/kit/stream.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tacit {
namespace {

using namespace literals;

class Crier {
 public:
  using Event = char;

  std::size_t input(MutBytes in, Now) {
    if (in.empty() || heard_ || in[0] == '.') return 0;  // a dot is less than a frame
    heard_ = static_cast<char>(in[0]);
    owed_ += static_cast<char>(in[0] - 'a' + 'A');
    return 1;
  }
  void timeout(Now) {
    owed_ += '!';
    next_.reset();
  }
  std::size_t poll_transmit(MutBytes out, Now) {
    if (owed_.empty()) return 0;
    const std::size_t size = std::min(owed_.size(), out.size());
    copy(bytes_of(owed_).first(size), out);
    owed_.erase(0, size);
    return size;
  }
  std::optional<Event> poll_event() { return std::exchange(heard_, std::nullopt); }
  std::optional<Instant> next_timeout() const { return next_; }

 private:
  std::optional<char> heard_;
  std::string owed_;
  std::optional<Instant> next_ = Instant{} + 1_s;
};

struct Pipe {
  std::array<std::uint8_t, 4> memory{};
  std::string sent, heard;
  std::size_t takes = 100;

  MutBytes room() { return sent.size() < takes ? MutBytes(memory) : MutBytes(); }
  void send(std::size_t size) { sent += text_of(Bytes(memory).first(size)); }
  void deliver(char event) { heard += event; }
};

struct Stream : testing::Test {
  std::size_t receive(std::string bytes) {
    return offer(machine, pipe, MutBytes(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()), {});
  }
  Crier machine;
  Pipe pipe;
};

TEST_F(Stream, all_that_is_whole_is_handed_over) {
  EXPECT_EQ(receive("ab.c"), 2u);
  EXPECT_EQ(pipe.heard, "ab");
  EXPECT_EQ(pipe.sent, "AB");
}

TEST_F(Stream, nothing_is_taken_from_a_peer_that_takes_nothing) {
  pipe.takes = 2;
  EXPECT_EQ(receive("abcd"), 2u);
  pipe.takes = 100;
  EXPECT_EQ(receive("cd"), 2u);
  EXPECT_EQ(pipe.sent, "ABCD");
}

TEST_F(Stream, a_machine_is_woken_when_something_is_due_and_not_before) {
  EXPECT_EQ(wake(machine, pipe, {.tick = Instant{} + 999_ms, .utc = {}}), Instant{} + 1_s);
  EXPECT_EQ(pipe.sent, "");
  EXPECT_EQ(wake(machine, pipe, {.tick = Instant{} + 1_s, .utc = {}}), std::nullopt);
  EXPECT_EQ(pipe.sent, "!");
}

}  // namespace
}  // namespace tacit
