// Goal: over connections a hub is to its devices what it is over datagrams, and who connects and says nothing keeps
// nobody out. Method: a device made of frames, on streams that a test cuts, blocks and breaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/usmp_hub_bench.hpp"

namespace tacit::test {
namespace {

using namespace usmp;
using namespace tacit::literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view key = "a key of thirty-two bytes, or so", other_key = "another key, as long as the first";
const Endpoint home = usmp_address(1), stranger = usmp_address(66, 666);
constexpr ConnectionId line{0, 1}, second_line{1, 1};

Buffer operator+(Buffer front, const Buffer& rest) {
  front.insert(front.end(), rest.begin(), rest.end());
  return front;
}

struct Connected : ::testing::Test {
  HubBench<> bench;
  UsmpDevice lamp{1, key};

  void SetUp() override { bench.know(lamp, key); }
  SessionRef session() { return bench.last<DeviceConnected>().session; }
};

TEST_F(Connected, a_device_with_its_key_has_a_session_and_messages_go_both_ways) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  EXPECT_EQ(bench.last<DeviceConnected>().transport, Transport::stream);
  EXPECT_EQ(bench.last<DeviceConnected>().path.peer, home);
  bench.hear(line, lamp.data("21.5"));
  ASSERT_THAT(bench.messages, SizeIs(1));
  EXPECT_EQ(bench.messages[0].text, "21.5");
  EXPECT_THAT(bench.written(line), IsEmpty());  // nothing is acknowledged over a stream

  const auto handle = bench.hub.send(session(), bytes_of("on"), bench.now);
  bench.speak();
  EXPECT_EQ(lamp.open(bench.written(line)), "on");
  EXPECT_EQ(bench.last<DeviceOutcome>().handle, *handle);
  EXPECT_EQ(bench.last<DeviceOutcome>().reason, std::nullopt);
}

TEST_F(Connected, a_stream_may_be_cut_anywhere) {
  ASSERT_TRUE(bench.open(line, home));
  for (const std::uint8_t byte : lamp.hello()) bench.hear(line, Buffer{byte});
  for (const std::uint8_t byte : lamp.hello_ack(bench.written(line))) bench.hear(line, Buffer{byte});
  ASSERT_TRUE(lamp.take_session_ok(bench.written(line)));
  for (const std::uint8_t byte : lamp.data("bit by bit")) bench.hear(line, Buffer{byte});
  ASSERT_THAT(bench.messages, SizeIs(1));
  EXPECT_EQ(bench.messages[0].text, "bit by bit");
}

TEST_F(Connected, more_messages_at_once_than_the_hub_has_room_for_events_are_all_told) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  Buffer burst;
  for (int i = 0; i < 50; ++i) burst = burst + lamp.data(std::to_string(i));
  bench.hear(line, burst);
  ASSERT_THAT(bench.messages, SizeIs(50));
  EXPECT_EQ(bench.messages[49].text, "49");
}

TEST_F(Connected, more_joined_messages_at_once_than_there_is_memory_for_are_all_told) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  Buffer burst;
  for (int i = 0; i < 20; ++i) {
    burst = burst + lamp.seal(FrameType::data_fragment, Buffer(fragment_size_max));
    burst = burst + lamp.data("end");
  }
  bench.hear(line, burst);
  EXPECT_THAT(bench.messages, SizeIs(20));
}

TEST_F(Connected, who_says_nothing_is_let_go_soon_and_has_not_failed) {
  ASSERT_TRUE(bench.open(line, home));
  bench.pass(2_s);
  EXPECT_FALSE(bench.is_closed(line));
  bench.pass(2_s);
  EXPECT_TRUE(bench.is_closed(line));
  EXPECT_EQ(bench.hub.counters()[Reason::handshake_timeout], 1u);
  EXPECT_TRUE(bench.connect(lamp, second_line, home));
}

TEST_F(Connected, who_is_slow_to_prove_his_key_is_let_go_and_has_not_failed) {
  for (std::uint32_t i = 0; i < 8; ++i) {
    const ConnectionId one{i, 1};
    ASSERT_TRUE(bench.open(one, home));
    bench.hear(one, lamp.hello());
    bench.pass(11_s);
    EXPECT_TRUE(bench.is_closed(one));
  }
  EXPECT_TRUE(bench.connect(lamp, {9, 1}, home));
}

TEST_F(Connected, idle_connections_from_many_addresses_keep_nobody_out) {
  for (std::uint32_t i = 0; i < 15; ++i)
    ASSERT_TRUE(bench.open({i, 1}, usmp_address(static_cast<std::uint8_t>(100 + i))));
  EXPECT_EQ(bench.hub.handshakes(), roomy_hub.handshakes);
  EXPECT_TRUE(bench.connect(lamp, {15, 1}, home));
}

TEST_F(Connected, one_address_has_so_many_connections_without_a_session) {
  HubBench<> narrow(HubConfig{.limits = {.handshakes_per_origin = 3, .sessions_per_origin = 8}});
  for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(narrow.open({i, 1}, stranger));
  EXPECT_FALSE(narrow.open({3, 1}, stranger));
  EXPECT_EQ(narrow.hub.counters()[Reason::address_full], 1u);
  EXPECT_TRUE(narrow.open({3, 1}, home));
  narrow.hang_up({0, 1});
  EXPECT_TRUE(narrow.open({4, 1}, stranger));
}

TEST_F(Connected, a_wrong_key_and_an_unknown_device_are_let_go_without_a_word) {
  UsmpDevice unknown(9, key), wrong(1, other_key);
  std::uint32_t slot = 0;
  for (UsmpDevice* one : {&unknown, &wrong}) {
    const ConnectionId id{slot++, 1};
    EXPECT_FALSE(bench.connect(*one, id, home));
    EXPECT_THAT(bench.written(id), IsEmpty());
    EXPECT_TRUE(bench.is_closed(id));
  }
  EXPECT_EQ(bench.hub.sessions(), 0u);
  EXPECT_EQ(bench.hub.handshakes(), 0u);
}

TEST_F(Connected, five_wrong_proofs_lock_out_before_a_challenge) {
  UsmpDevice liar(1, other_key);
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_FALSE(bench.connect(liar, {i, 1}, home));
  const ConnectionId sixth{5, 1};
  ASSERT_TRUE(bench.open(sixth, home));
  bench.hear(sixth, liar.hello());
  EXPECT_THAT(bench.written(sixth), IsEmpty());
  EXPECT_TRUE(bench.is_closed(sixth));
}

TEST_F(Connected, rubbish_ends_a_connection_by_name) {
  const std::vector<std::pair<Buffer, Reason>> rubbish{
      {Buffer(12), Reason::bad_magic},
      {buffer_of("GET / HTTP/1.1\r\n\r\n"), Reason::bad_magic},
      {lamp.acknowledgement(FrameType::hello, 0) + Buffer(20), Reason::bad_magic},
  };
  std::uint32_t slot = 0;
  for (const auto& [bytes, reason] : rubbish) {
    const ConnectionId id{slot++, 1};
    ASSERT_TRUE(bench.open(id, home));
    bench.hear(id, bytes);
    EXPECT_TRUE(bench.is_closed(id));
    EXPECT_EQ(bench.last<DeviceDropped>().reason, reason);
  }
  EXPECT_EQ(bench.hub.handshakes(), 0u);
}

TEST_F(Connected, a_frame_out_of_order_ends_the_session_by_name) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  bench.hear(line, lamp.seal(FrameType::data, bytes_of("x"), 5));
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::bad_sequence);
  EXPECT_TRUE(bench.is_closed(line));
}

TEST_F(Connected, a_session_that_lost_its_connection_says_so_and_its_messages_too) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  bench.blocked = true;
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("on"), bench.now));
  bench.hang_up(line);
  EXPECT_EQ(bench.last<DeviceOutcome>().reason, Reason::connection_lost);
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::connection_lost);
  EXPECT_EQ(bench.hub.sessions(), 0u);
}

TEST_F(Connected, a_handshake_whose_connection_is_lost_leaves_nothing) {
  ASSERT_TRUE(bench.open(line, home));
  bench.hear(line, lamp.hello());
  bench.hang_up(line);
  EXPECT_EQ(bench.hub.handshakes(), 0u);
  EXPECT_EQ(bench.hub.next_timeout(), std::nullopt);
}

TEST_F(Connected, a_device_that_does_not_read_costs_no_more_than_its_session_and_ends_it) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  bench.blocked = true;
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("on"), bench.now));
  bench.speak();
  bench.pass(95_s);
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::idle);
  EXPECT_TRUE(bench.is_closed(line));
}

TEST_F(Connected, a_session_that_is_closed_says_goodbye_and_hangs_up) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  ASSERT_TRUE(bench.hub.close(session(), bench.now));
  bench.speak();
  const Buffer bye = bench.written(line);
  ASSERT_THAT(bye, SizeIs(40));
  EXPECT_EQ(bye[3], static_cast<std::uint8_t>(FrameType::bye));
  EXPECT_TRUE(bench.is_closed(line));
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::closed);
}

TEST_F(Connected, a_revoked_device_is_hung_up_on) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  EXPECT_EQ(bench.hub.close_device(lamp.id, Reason::revoked, {}, bench.now), 1u);
  bench.speak();
  EXPECT_TRUE(bench.is_closed(line));
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::revoked);
}

TEST_F(Connected, the_place_of_a_connection_is_used_again_and_old_names_mean_nothing) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  bench.hang_up(line);
  const ConnectionId next{0, 2};
  ASSERT_TRUE(bench.connect(lamp, next, home));
  bench.hub.closed(line, bench.now);
  bench.hear(next, lamp.data("still here"));
  EXPECT_THAT(bench.messages, SizeIs(1));
}

TEST_F(Connected, a_frame_of_a_streams_session_is_not_taken_from_a_datagram) {
  ASSERT_TRUE(bench.connect(lamp, line, home));
  bench.hear(home, lamp.seal(FrameType::data, bytes_of("x"), 0));
  EXPECT_THAT(bench.messages, IsEmpty());
  EXPECT_EQ(bench.hub.counters()[Reason::unknown_id], 1u);
}

}  // namespace
}  // namespace tacit::test
