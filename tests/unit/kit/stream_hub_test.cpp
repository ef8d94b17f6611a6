// Goal: the loop of a hub says all that is to be said, hands over all that can be, and closes what is to be closed.
// Method: an echo over connections that are two strings each.
#include "tacit/kit/stream_hub.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/echo_hub.hpp"

namespace tacit {
namespace {

using test::EchoHub;
using namespace literals;

constexpr ConnectionId first{0, 0}, second{1, 0};

// Connections that take so many bytes until the test lets them have more.
struct Switchboard {
  struct Line {
    std::string sent;
    std::size_t takes = 1'000'000;
    bool closed = false;
  };
  std::array<Line, 2> lines;
  std::array<std::uint8_t, 300> memory{};
  std::array<std::uint8_t, 64> datagrams{};
  std::array<Outbox::Run, 4> runs;
  Outbox out{datagrams, runs};
  std::vector<std::string> heard, sent_datagrams;

  Line& line(ConnectionId id) { return lines.at(id.slot); }

  MutBytes room(ConnectionId id) {
    const Line& at = line(id);
    if (at.closed || at.sent.size() >= at.takes) return {};
    return memory;
  }
  void send(ConnectionId id, std::size_t size) { line(id).sent += text_of(Bytes(memory).first(size)); }
  void close(ConnectionId id) { line(id).closed = true; }
  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) {
    for (const auto& run : full.runs()) sent_datagrams.emplace_back(text_of(run.bytes));
  }
  void deliver(const EchoHub::Event& event) { heard.emplace_back(text_of(event.bytes)); }
};

static_assert(StreamHubPort<Switchboard, EchoHub::Event>);

std::string frame(std::string_view text) { return static_cast<char>(text.size()) + std::string(text); }

class StreamHubTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(hub.accept(first, {}, {}));
    ASSERT_TRUE(hub.accept(second, {}, {}));
  }
  std::size_t receive(ConnectionId id, std::string bytes) {
    return offer(hub, port, id, MutBytes(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()), {});
  }

  EchoHub hub{{.places = 3, .connections = 2, .events = 1, .answers = 20}};
  Switchboard port;
};

TEST_F(StreamHubTest, all_whole_frames_are_handed_over_however_little_room_there_is_for_events) {
  const std::string bytes = frame("one") + frame("two") + frame("three");
  EXPECT_EQ(receive(first, bytes + "\x05"
                                   "fo"),
            bytes.size());
  EXPECT_EQ(port.heard, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(port.line(first).sent, bytes);
  EXPECT_EQ(port.line(second).sent, "");
}

TEST_F(StreamHubTest, nothing_is_taken_from_a_peer_that_takes_nothing) {
  port.line(first).takes = 1;
  const std::string bytes = frame("one") + frame("two") + frame("three");
  const std::size_t consumed = receive(first, bytes);
  EXPECT_EQ(consumed, frame("one").size());
  EXPECT_EQ(port.heard.size(), 1u);
  EXPECT_EQ(receive(second, frame("meanwhile")), frame("meanwhile").size());
  EXPECT_EQ(port.line(second).sent, frame("meanwhile"));

  port.line(first).takes = 1'000'000;
  speak(hub, port, first, {});
  EXPECT_EQ(receive(first, bytes.substr(consumed)), bytes.size() - consumed);
  EXPECT_EQ(port.line(first).sent, bytes);
}

TEST_F(StreamHubTest, what_found_no_room_is_said_when_there_is_some) {
  port.line(first).takes = 0;
  hub.tell(first, "hello");
  drain(hub, port, {});
  EXPECT_EQ(port.line(first).sent, "");
  port.line(first).takes = 1'000'000;
  speak(hub, port, first, {});
  EXPECT_EQ(port.line(first).sent, frame("hello"));
}

TEST_F(StreamHubTest, a_connection_is_closed_after_its_last_words_and_hears_no_more) {
  EXPECT_EQ(receive(first, frame("bye") + frame("late")), frame("bye").size());
  EXPECT_EQ(port.line(first).sent, frame("bye"));
  EXPECT_TRUE(port.line(first).closed);
  EXPECT_FALSE(port.line(second).closed);
  EXPECT_EQ(hub.open(), 1u);
  EXPECT_EQ(port.heard, std::vector<std::string>{"bye"});
}

TEST_F(StreamHubTest, last_words_that_find_no_room_keep_a_connection_open) {
  port.line(first).takes = 0;
  hub.tell(first, "x");
  port.line(first).takes = 1;
  EXPECT_EQ(receive(first, frame("bye")), 0u);  // room was used up by what was to be said before
  port.line(first).takes = 3;
  speak(hub, port, first, {});
  EXPECT_FALSE(port.line(first).closed);
  EXPECT_EQ(receive(first, frame("bye")), frame("bye").size());
  EXPECT_TRUE(port.line(first).closed);
  EXPECT_EQ(port.line(first).sent, frame("x") + frame("bye"));
}

TEST_F(StreamHubTest, a_connection_that_ends_without_a_word_is_closed) {
  EXPECT_EQ(receive(first, frame("")), 1u);
  EXPECT_TRUE(port.line(first).closed);
  EXPECT_EQ(hub.open(), 1u);
}

TEST_F(StreamHubTest, a_place_that_is_given_again_has_another_name) {
  (void)receive(first, frame("bye"));
  port.line(first) = {};
  ASSERT_TRUE(hub.accept({0, 1}, {}, {}));
  EXPECT_FALSE(hub.accept({2, 0}, {}, {}));
  hub.tell(first, "to somebody who has left");
  drain(hub, port, {});
  EXPECT_EQ(port.line(first).sent, "");
}

TEST_F(StreamHubTest, datagrams_and_streams_take_turns) {
  std::string bytes = "datagram";
  std::array<Datagram, 3> in;
  for (Datagram& one : in) one.bytes = {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  hub.tell(second, "hello");
  offer(hub, port, in, {});
  EXPECT_EQ(port.heard, std::vector<std::string>(3, "datagram"));
  EXPECT_EQ(port.sent_datagrams, std::vector<std::string>(3, "datagram"));
  EXPECT_EQ(port.line(second).sent, frame("hello"));
}

TEST_F(StreamHubTest, a_hub_is_woken_by_the_loop_of_all_machines) {
  hub.wake_at(Instant{} + 1_s);
  hub.tell(first, "hello");
  EXPECT_EQ(wake(hub, port, {.tick = Instant{} + 1_s, .utc = {}}), std::nullopt);
  EXPECT_EQ(port.line(first).sent, frame("hello"));
}

}  // namespace
}  // namespace tacit
