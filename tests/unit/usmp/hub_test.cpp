// Goal: a hub over datagrams is to its devices what the specification says, and to nobody else anything. Method: a
// device made of frames, and strangers who have no key.
#include "tacit/usmp/hub.hpp"

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
const Endpoint home = usmp_address(1), away = usmp_address(2), stranger = usmp_address(66, 666);

std::size_t size_of(const std::vector<Buffer>& datagrams) {
  std::size_t sum = 0;
  for (const Buffer& one : datagrams) sum += one.size();
  return sum;
}

struct Served : ::testing::Test {
  HubBench<> bench;
  UsmpDevice lamp{1, key};

  void SetUp() override { bench.know(lamp, key); }
  SessionRef session() { return bench.last<DeviceConnected>().session; }
};

TEST_F(Served, a_hello_without_a_cookie_gets_one_and_leaves_nothing_behind) {
  bench.hear(home, lamp.hello());
  const auto answers = bench.heard_at(home);
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0], lamp.acknowledgement(FrameType::hello, 0));
  EXPECT_TRUE(bench.find(FrameType::hello_retry, answers));
  EXPECT_EQ(bench.hub.handshakes(), 0u);
  EXPECT_EQ(bench.hub.next_timeout(), std::nullopt);
  EXPECT_THAT(bench.told, IsEmpty());
}

TEST_F(Served, a_device_with_its_key_has_a_session) {
  ASSERT_TRUE(bench.connect(lamp, home));
  const auto& connected = bench.last<DeviceConnected>();
  EXPECT_EQ(connected.device, lamp.id);
  EXPECT_EQ(connected.wire, Wire::v2);
  EXPECT_EQ(connected.transport, Transport::datagrams);
  EXPECT_EQ(connected.path.peer, home);
  EXPECT_EQ(bench.hub.handshakes(), 0u);
  EXPECT_EQ(bench.hub.sessions(), 1u);
  EXPECT_EQ(bench.count<WeakWire>(), 0u);
}

TEST_F(Served, every_frame_of_the_handshake_is_acknowledged_under_its_number) {
  const auto challenged = bench.challenge(lamp, home);
  ASSERT_TRUE(challenged);
  bench.hear(home, lamp.hello_ack(*challenged));
  EXPECT_EQ(bench.heard_at(home).at(0), lamp.acknowledgement(FrameType::hello_ack, hello_ack_seq));
}

TEST_F(Served, a_message_arrives_once_and_is_acknowledged_as_often_as_it_comes) {
  ASSERT_TRUE(bench.connect(lamp, home));
  const Buffer frame = lamp.data("21.5");
  for (int i = 0; i < 3; ++i) {
    bench.hear(home, frame);
    const auto answers = bench.heard_at(home);
    ASSERT_THAT(answers, SizeIs(1)) << i;
    EXPECT_EQ(answers[0].size(), 15u);
  }
  ASSERT_THAT(bench.messages, SizeIs(1));
  EXPECT_EQ(bench.messages[0].text, "21.5");
  EXPECT_EQ(bench.messages[0].session, session());
}

TEST_F(Served, what_is_answered_at_once_and_the_acknowledgement_are_one_run) {
  ASSERT_TRUE(bench.connect(lamp, home));
  Buffer frame = lamp.data("hot?");
  Datagram datagram{{.peer = home}, frame};
  ASSERT_EQ(bench.hub.input({&datagram, 1}, bench.now), 1u);
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("no"), bench.now));

  std::array<std::uint8_t, 2048> memory{};
  std::array<Outbox::Run, 8> runs;
  Outbox out(memory, runs);
  bench.hub.poll_transmit(out, bench.now);
  ASSERT_THAT(out.runs(), SizeIs(1));
  const Outbox::Run& run = out.runs().front();
  EXPECT_EQ(run.count, 2u);
  EXPECT_EQ(lamp.open(Buffer(run.bytes.begin(), run.bytes.begin() + run.datagram_size)), "no");
  EXPECT_EQ(run.bytes.size() - run.datagram_size, 15u);
}

TEST_F(Served, a_message_to_a_device_ends_when_the_device_has_it) {
  ASSERT_TRUE(bench.connect(lamp, home));
  const auto handle = bench.hub.send(session(), bytes_of("on"), bench.now);
  ASSERT_TRUE(handle);
  bench.speak();
  const auto frames = bench.heard_at(home);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(lamp.open(frames[0]), "on");
  EXPECT_EQ(bench.count<DeviceOutcome>(), 0u);
  bench.hear(home, lamp.acknowledgement(frames[0]));
  EXPECT_EQ(bench.last<DeviceOutcome>().handle, *handle);
  EXPECT_EQ(bench.last<DeviceOutcome>().reason, std::nullopt);
}

TEST_F(Served, a_message_that_nobody_acknowledges_ends_the_session_and_says_so) {
  ASSERT_TRUE(bench.connect(lamp, home));
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("on"), bench.now));
  bench.speak();
  bench.pass(20_s);
  EXPECT_THAT(bench.heard_at(home), SizeIs(5));
  EXPECT_EQ(bench.last<DeviceOutcome>().reason, Reason::no_acknowledgement);
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::no_acknowledgement);
  EXPECT_EQ(bench.hub.sessions(), 0u);
}

TEST_F(Served, the_longest_message_goes_both_ways) {
  ASSERT_TRUE(bench.connect(lamp, home));
  const std::string text(message_size_max, 'x');
  for (std::size_t at = 0; at < text.size(); at += fragment_size_max) {
    const bool last = at + fragment_size_max == text.size();
    bench.hear(home, lamp.seal(last ? FrameType::data : FrameType::data_fragment,
                               bytes_of(text).subspan(at, fragment_size_max)));
  }
  ASSERT_THAT(bench.messages, SizeIs(1));
  EXPECT_EQ(bench.messages[0].text, text);

  bench.heard_at(home);
  ASSERT_TRUE(bench.hub.send(session(), bytes_of(text), bench.now));
  bench.speak();
  std::string received;
  for (int i = 0; i < 4; ++i) {
    const auto frames = bench.heard_at(home);
    ASSERT_THAT(frames, SizeIs(1));
    received += *lamp.open(frames[0]);
    bench.hear(home, lamp.acknowledgement(frames[0]));
  }
  EXPECT_EQ(received, text);
  EXPECT_EQ(bench.last<DeviceOutcome>().reason, std::nullopt);
}

TEST_F(Served, joined_messages_use_their_memory_again) {
  ASSERT_TRUE(bench.connect(lamp, home));
  for (int i = 0; i < 20; ++i) {
    bench.hear(home, lamp.seal(FrameType::data_fragment, Buffer(fragment_size_max)));
    bench.hear(home, lamp.data("the rest"));
  }
  EXPECT_THAT(bench.messages, SizeIs(20));
}

TEST_F(Served, a_ping_is_answered_and_the_owners_own_is_told_with_its_round_trip) {
  ASSERT_TRUE(bench.connect(lamp, home));
  bench.hear(home, lamp.seal(FrameType::ping));
  const auto pong = bench.find(FrameType::pong, bench.heard_at(home));
  ASSERT_TRUE(pong);
  bench.hear(home, lamp.acknowledgement(*pong));
  ASSERT_TRUE(bench.hub.ping(session(), bench.now));
  bench.speak();
  const auto ping = bench.find(FrameType::ping, bench.heard_at(home));
  ASSERT_TRUE(ping);
  bench.pass(30_ms);
  bench.hear(home, lamp.acknowledgement(*ping));
  bench.hear(home, lamp.seal(FrameType::pong));
  EXPECT_NEAR(static_cast<double>(bench.last<DeviceAnswered>().round_trip.us), 30'000, 1'100);
}

TEST_F(Served, a_goodbye_ends_the_session_and_is_acknowledged) {
  ASSERT_TRUE(bench.connect(lamp, home));
  bench.hear(home, lamp.seal(FrameType::bye));
  EXPECT_THAT(bench.heard_at(home), SizeIs(1));
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::peer_closed);
  EXPECT_EQ(bench.hub.sessions(), 0u);
}

TEST_F(Served, a_session_that_is_closed_says_goodbye) {
  ASSERT_TRUE(bench.connect(lamp, home));
  ASSERT_TRUE(bench.hub.close(session(), bench.now));
  bench.speak();
  const auto bye = bench.find(FrameType::bye, bench.heard_at(home));
  ASSERT_TRUE(bye);
  bench.hear(home, lamp.acknowledgement(*bye));
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::closed);
  EXPECT_EQ(bench.hub.close(session(), bench.now).error(), Reason::unknown_peer);
}

TEST_F(Served, a_session_of_which_nothing_is_heard_ends) {
  ASSERT_TRUE(bench.connect(lamp, home));
  bench.pass(89_s);
  EXPECT_EQ(bench.hub.sessions(), 1u);
  bench.pass(2_s);
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::idle);
}

TEST_F(Served, forged_frames_do_not_keep_a_session_alive) {
  ASSERT_TRUE(bench.connect(lamp, home));
  Buffer forged = lamp.data("x");
  forged.back() ^= 1;
  const Header header{.wire = Wire::v2, .type = FrameType::data, .seq = 0};
  encode_frame(header, forged);  // with a right checksum
  for (int i = 0; i < 10; ++i) {
    bench.pass(10_s);
    bench.hear(home, forged);
  }
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::idle);
  EXPECT_EQ(bench.hub.counters()[Reason::bad_mac], 8u);
}

// --- What the originals got wrong --------------------------------------------------------------------

TEST_F(Served, ack_oracle_a_junk_frame_is_not_acknowledged) {
  ASSERT_TRUE(bench.connect(lamp, home));
  Buffer junk = lamp.seal(FrameType::data, bytes_of("x"), 7);
  junk[30] ^= 1;
  encode_frame({.wire = Wire::v2, .type = FrameType::data, .seq = 7}, junk);
  bench.hear(home, junk);
  EXPECT_THAT(bench.heard_at(home), IsEmpty());
  EXPECT_THAT(bench.messages, IsEmpty());
}

TEST_F(Served, an_unknown_type_with_a_right_checksum_does_not_end_a_session) {
  ASSERT_TRUE(bench.connect(lamp, home));
  for (unsigned type = 0; type < 256; ++type) {
    Buffer frame(50);
    encode_frame({.wire = Wire::v2, .type = static_cast<FrameType>(type), .seq = 0}, frame);
    bench.hear(home, frame);
  }
  bench.hear(home, lamp.data("still here"));
  ASSERT_THAT(bench.messages, SizeIs(1));
}

TEST_F(Served, the_old_session_goes_on_while_its_device_shakes_hands_again) {
  ASSERT_TRUE(bench.connect(lamp, home));
  UsmpDevice restarted(1, key);
  restarted.random = sim::Random(99);
  restarted.begin();
  ASSERT_TRUE(bench.challenge(restarted, home));
  bench.hear(home, lamp.data("not lost"));
  ASSERT_THAT(bench.messages, SizeIs(1));
}

TEST_F(Served, who_answers_in_time_does_not_fail_and_who_is_slow_does_neither) {
  for (int i = 0; i < 10; ++i) {
    lamp.begin();
    ASSERT_TRUE(bench.challenge(lamp, home));
    bench.pass(11_s);
  }
  EXPECT_EQ(bench.hub.counters()[Reason::handshake_timeout], 10u);
  EXPECT_TRUE(bench.connect(lamp, home));
}

TEST_F(Served, a_lost_hello_retry_is_had_again_by_another_hello) {
  bench.hear(home, lamp.hello());
  bench.heard_at(home);
  EXPECT_TRUE(bench.connect(lamp, home));
}

TEST_F(Served, a_lost_acknowledgement_of_session_ok_does_not_matter_to_who_has_the_keys) {
  lamp.begin();
  const auto challenged = bench.challenge(lamp, home);
  bench.hear(home, lamp.hello_ack(*challenged));
  ASSERT_TRUE(lamp.take_session_ok(*bench.find(FrameType::session_ok, bench.heard_at(home))));
  bench.hear(home, lamp.data("first"));
  EXPECT_EQ(bench.count<DeviceConnected>(), 1u);
  ASSERT_THAT(bench.messages, SizeIs(1));
}

TEST_F(Served, challenge_and_session_ok_come_again_until_they_are_acknowledged) {
  const auto first = bench.challenge(lamp, home);
  bench.pass(600_ms);
  const auto again = bench.find(FrameType::challenge, bench.heard_at(home));
  ASSERT_TRUE(again);
  EXPECT_EQ(*first, *again);
  bench.hear(home, lamp.hello_ack(*again));
  const auto ok = bench.find(FrameType::session_ok, bench.heard_at(home));
  bench.pass(600_ms);
  EXPECT_EQ(bench.find(FrameType::session_ok, bench.heard_at(home)), ok);
  ASSERT_TRUE(lamp.take_session_ok(*ok));
  bench.hear(home, lamp.acknowledgement(FrameType::session_ok, 0));
  bench.pass(20_s);
  EXPECT_THAT(bench.heard_at(home), IsEmpty());
}

TEST_F(Served, who_acknowledges_a_challenge_in_the_name_of_another_delays_the_next_one_only) {
  ASSERT_TRUE(bench.challenge(lamp, home));
  bench.hear(home, lamp.acknowledgement(FrameType::challenge, 0));
  bench.pass(3_s);
  EXPECT_TRUE(bench.find(FrameType::challenge, bench.heard_at(home)));
}

TEST_F(Served, a_hello_ack_whose_acknowledgement_was_lost_is_acknowledged_again) {
  lamp.begin();
  const auto challenged = bench.challenge(lamp, home);
  const Buffer proof = lamp.hello_ack(*challenged);
  bench.hear(home, proof);
  ASSERT_TRUE(lamp.take_session_ok(*bench.find(FrameType::session_ok, bench.heard_at(home))));
  bench.hear(home, proof);
  EXPECT_EQ(bench.heard_at(home).at(0), lamp.acknowledgement(FrameType::hello_ack, hello_ack_seq));
  bench.hear(home, lamp.acknowledgement(FrameType::session_ok, 0));
  bench.hear(home, proof);
  EXPECT_EQ(bench.heard_at(home).at(0), lamp.acknowledgement(FrameType::hello_ack, hello_ack_seq));
  EXPECT_EQ(bench.hub.sessions(), 1u);
}

// --- Cookies and floods ------------------------------------------------------------------------------

TEST_F(Served, a_cookie_is_for_one_address_one_device_and_one_public_key) {
  bench.hear(home, lamp.hello());
  auto retry = *bench.find(FrameType::hello_retry, bench.heard_at(home));
  const auto cookie = decode_handshake<HelloRetry>(*take_frame(retry, Wires::v2))->cookie;
  bench.hear(away, lamp.hello(cookie));
  UsmpDevice other(2, key);
  bench.hear(home, other.hello(cookie));
  UsmpDevice restarted(1, key);
  restarted.random = sim::Random(99);
  restarted.begin();
  bench.hear(home, restarted.hello(cookie));
  EXPECT_EQ(bench.hub.counters()[Reason::bad_cookie], 3u);
  EXPECT_THAT(bench.sent, IsEmpty());
  bench.hear(home, lamp.hello(cookie));
  EXPECT_EQ(bench.hub.handshakes(), 1u);
}

TEST_F(Served, a_cookie_is_good_for_half_a_minute_and_not_for_more_than_one) {
  const auto cookie_of = [&] {
    bench.hear(home, lamp.hello());
    auto retry = *bench.find(FrameType::hello_retry, bench.heard_at(home));
    return decode_handshake<HelloRetry>(*take_frame(retry, Wires::v2))->cookie;
  };
  const auto early = cookie_of();
  bench.pass(61_s);
  bench.hear(home, lamp.hello(early));
  EXPECT_EQ(bench.hub.handshakes(), 0u);
  const auto late = cookie_of();
  bench.pass(29_s);
  bench.hear(home, lamp.hello(late));
  EXPECT_EQ(bench.hub.handshakes(), 1u);
}

TEST_F(Served, an_address_that_proved_nothing_gets_no_more_bytes_than_came_from_it) {
  sim::Random dice(7);
  ASSERT_TRUE(bench.connect(lamp, home));
  std::size_t in = 0;
  for (int i = 0; i < 3000; ++i) {
    Buffer bytes(dice.below(120));
    dice.fill(bytes);
    switch (dice.below(5)) {
      case 0: bytes = lamp.hello(); break;
      case 1: bytes = lamp.hello(Cookie{}); break;
      case 2: bytes = lamp.acknowledgement(static_cast<FrameType>(dice.below(12)), dice.below(4)); break;
      case 3:
        if (bytes.size() >= header_size)
          encode_frame({.wire = Wire::v2, .type = static_cast<FrameType>(dice.below(12)), .seq = dice.below(3)}, bytes);
        break;
      default: break;
    }
    in += bytes.size();
    bench.hear(stranger, bytes);
    bench.pass(10_ms);
    const std::size_t out = size_of(bench.heard_at(stranger));
    ASSERT_LE(out, in);
    in -= out;
  }
  EXPECT_EQ(bench.hub.handshakes(), 0u);
}

TEST_F(Served, ten_thousand_half_open_handshakes_do_not_keep_an_honest_device_out) {
  for (unsigned i = 0; i < 10'000; ++i) {
    Endpoint from = usmp_address(0);
    from.ip[13] = static_cast<std::uint8_t>(i >> 8), from.ip[15] = static_cast<std::uint8_t>(i);
    UsmpDevice half_open(static_cast<std::uint8_t>(i), other_key);
    ASSERT_TRUE(bench.challenge(half_open, from));
  }
  EXPECT_EQ(bench.hub.handshakes(), roomy_hub.handshakes);
  EXPECT_TRUE(bench.connect(lamp, home));
  bench.pass(15_s);
  EXPECT_EQ(bench.hub.handshakes(), 0u);
  EXPECT_EQ(bench.count<DeviceDisconnected>(), 0u);
}

TEST_F(Served, one_address_has_so_many_handshakes_and_is_told_no_further_challenge) {
  HubBench<> narrow(HubConfig{.limits = {.handshakes_per_origin = 2, .sessions_per_origin = 2}});
  for (std::uint16_t port = 1; port <= 2; ++port) {
    UsmpDevice one(static_cast<std::uint8_t>(port), key);
    EXPECT_TRUE(narrow.challenge(one, usmp_address(1, port)));
  }
  UsmpDevice third(3, key);
  EXPECT_FALSE(narrow.challenge(third, usmp_address(1, 3)));
  EXPECT_EQ(narrow.last<DeviceDropped>().reason, Reason::address_full);
  EXPECT_TRUE(narrow.challenge(third, usmp_address(2, 3)));
}

// Who listens has the HELLO of every attempt, and its cookie is good for a while.
TEST_F(Served, a_hello_that_had_its_exchange_begins_no_other_whoever_repeats_it) {
  bench.hear(home, lamp.hello());
  auto retry = bench.find(FrameType::hello_retry, bench.heard_at(home));
  const auto cookie = decode_handshake<HelloRetry>(*take_frame(*retry, Wires::v2))->cookie;
  const Buffer first = lamp.hello(cookie);
  bench.hear(home, first);
  lamp.begin();  // that came to nothing, and it begins anew
  const auto challenged = bench.challenge(lamp, home);
  ASSERT_TRUE(challenged);
  bench.hear(home, first);
  bench.hear(home, lamp.hello_ack(*challenged));
  const auto ok = bench.find(FrameType::session_ok, bench.heard_at(home));
  ASSERT_TRUE(ok && lamp.take_session_ok(*ok));
  bench.hear(home, lamp.acknowledgement(FrameType::session_ok, 0));

  bench.hear(home, first);
  EXPECT_EQ(bench.hub.handshakes(), 0u);
  EXPECT_EQ(bench.hub.counters()[Reason::replay], 2u);
  EXPECT_EQ(bench.hub.counters()[Reason::wrong_key], 0u);
}

TEST_F(Served, who_takes_the_key_of_another_for_his_own_exchange_spends_nothing_of_his) {
  UsmpDevice thief(1, other_key);
  thief.exchange.client = lamp.exchange.client;
  const auto stolen = bench.challenge(thief, stranger);
  bench.hear(stranger, thief.hello_ack(*stolen));
  EXPECT_EQ(bench.hub.counters()[Reason::wrong_key], 1u);
  EXPECT_TRUE(bench.challenge(lamp, home));
}

TEST_F(Served, who_had_to_give_way_may_come_again_with_the_same_hello) {
  bench.hear(home, lamp.hello());
  auto retry = bench.find(FrameType::hello_retry, bench.heard_at(home));
  const auto cookie = decode_handshake<HelloRetry>(*take_frame(*retry, Wires::v2))->cookie;
  const Buffer hello = lamp.hello(cookie);
  bench.hear(home, hello);
  for (std::uint8_t i = 0; bench.hub.counters()[Reason::handshakes_full] < roomy_hub.handshakes * 20u; ++i) {
    UsmpDevice other(i, other_key);
    ASSERT_TRUE(bench.challenge(other, usmp_address(i, 7)));
  }
  bench.heard_at(home);
  bench.hear(home, hello);
  EXPECT_TRUE(bench.find(FrameType::challenge, bench.heard_at(home)));
}

// --- Keys --------------------------------------------------------------------------------------------

TEST_F(Served, an_unknown_device_and_a_wrong_key_look_the_same_from_outside) {
  UsmpDevice unknown(9, key), wrong(1, other_key);
  const auto seen = [&](UsmpDevice& device, const Endpoint& at) {
    std::vector<std::size_t> sizes;
    const auto challenged = bench.challenge(device, at);
    bench.hear(at, device.hello_ack(*challenged));
    bench.pass(20_s);
    for (const Buffer& one : bench.heard_at(at)) sizes.push_back(one.size());
    return sizes;
  };
  EXPECT_EQ(seen(unknown, home), seen(wrong, away));
  EXPECT_EQ(bench.hub.counters()[Reason::unknown_device], 1u);
  EXPECT_EQ(bench.hub.counters()[Reason::wrong_key], 1u);
  EXPECT_EQ(bench.hub.sessions(), 0u);
}

TEST_F(Served, keys_may_come_late_before_or_after_the_proof) {
  bench.answers_at_once = false;
  lamp.begin();
  const auto challenged = bench.challenge(lamp, home);
  ASSERT_TRUE(challenged);
  bench.pass(100_ms);
  bench.hear(home, lamp.hello_ack(*challenged));
  EXPECT_FALSE(bench.find(FrameType::session_ok, bench.heard_at(home)));
  bench.pass(300_ms);
  bench.answer(bench.last<KeyWanted>());
  bench.speak();
  const auto ok = bench.find(FrameType::session_ok, bench.heard_at(home));
  ASSERT_TRUE(ok);
  EXPECT_TRUE(lamp.take_session_ok(*ok));
}

TEST_F(Served, an_answer_for_a_handshake_that_is_over_is_refused) {
  bench.answers_at_once = false;
  ASSERT_TRUE(bench.challenge(lamp, home));
  bench.pass(11_s);
  EXPECT_EQ(bench.hub.provide(bench.last<KeyWanted>().request, {}, false, bench.now).error(), Reason::unknown_id);
}

TEST_F(Served, a_key_that_is_too_short_is_named_and_counts_as_none) {
  bench.answers_at_once = false;
  const auto challenged = bench.challenge(lamp, home);
  const OfferedKey weak{bytes_of("fifteen bytes!!"), {}};
  EXPECT_EQ(bench.hub.provide(bench.last<KeyWanted>().request, {&weak, 1}, false, bench.now).error(), Reason::weak_key);
  bench.hear(home, lamp.hello_ack(*challenged));
  EXPECT_EQ(bench.hub.counters()[Reason::unknown_device], 1u);
}

TEST_F(Served, while_a_key_is_changed_both_are_right_and_which_it_was_is_told) {
  bench.devices.clear();
  bench.know(lamp, key, KeyTag{1});
  bench.know(lamp, other_key, KeyTag{2});
  ASSERT_TRUE(bench.connect(lamp, home));
  EXPECT_EQ(bench.last<DeviceConnected>().key, KeyTag{1});
  UsmpDevice renewed(1, other_key);
  ASSERT_TRUE(bench.connect(renewed, away));
  EXPECT_EQ(bench.last<DeviceConnected>().key, KeyTag{2});
  EXPECT_EQ(bench.hub.close_device(lamp.id, Reason::revoked, KeyTag{1}, bench.now), 1u);
  bench.speak();
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::revoked);
  bench.hear(away, renewed.data("still here"));
  EXPECT_THAT(bench.messages, SizeIs(1));
}

TEST_F(Served, revoking_a_device_ends_its_sessions_and_its_handshakes) {
  ASSERT_TRUE(bench.connect(lamp, home));
  UsmpDevice again(1, key);
  again.random = sim::Random(99);
  again.begin();
  const auto challenged = bench.challenge(again, away);
  EXPECT_EQ(bench.hub.close_device(lamp.id, Reason::revoked, {}, bench.now), 1u);
  bench.speak();
  bench.hear(away, again.hello_ack(*challenged));
  bench.hear(home, lamp.data("too late"));
  EXPECT_EQ(bench.hub.sessions(), 0u);
  EXPECT_THAT(bench.messages, IsEmpty());
  EXPECT_THAT(bench.sent, IsEmpty());
}

TEST_F(Served, five_wrong_proofs_lock_a_device_out_at_its_address_and_nobody_else) {
  UsmpDevice liar(1, other_key), neighbour(2, key);
  bench.know(neighbour, key);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(bench.connect(liar, home));
  EXPECT_FALSE(bench.connect(lamp, home));
  EXPECT_EQ(bench.last<DeviceDropped>().reason, Reason::locked_out);
  EXPECT_TRUE(bench.connect(neighbour, home));
  EXPECT_TRUE(bench.connect(lamp, away));
  bench.pass(2_s);
  EXPECT_TRUE(bench.connect(lamp, home));
}

TEST_F(Served, a_public_key_that_makes_the_secret_known_is_refused) {
  lamp.exchange.client = {};
  const auto challenged = bench.challenge(lamp, home);
  bench.hear(home, lamp.hello_ack(*challenged));
  EXPECT_EQ(bench.hub.counters()[Reason::weak_key], 1u);
  EXPECT_EQ(bench.hub.sessions(), 0u);
}

// --- Version 1 ---------------------------------------------------------------------------------------

TEST(HubOfVersion1, is_refused_where_no_device_may_speak_it) {
  HubBench<> bench;
  UsmpDevice old(1, key, Wire::v1);
  bench.know(old, key, {}, true);
  EXPECT_FALSE(bench.connect(old, home));
  EXPECT_THAT(bench.sent, IsEmpty());
  EXPECT_EQ(bench.hub.counters()[Reason::bad_version], 1u);
}

TEST(HubOfVersion1, is_for_the_devices_that_may_and_each_session_is_told_to_be_weak) {
  HubBench<> bench(HubConfig{.wire1 = true});
  UsmpDevice old(1, key, Wire::v1), other(2, key, Wire::v1);
  bench.know(old, key, {}, true);
  bench.know(other, key, {}, false);
  ASSERT_TRUE(bench.connect(old, home));
  EXPECT_EQ(bench.last<WeakWire>().session, bench.last<DeviceConnected>().session);
  EXPECT_EQ(bench.hub.counters()[Reason::weak_wire], 1u);
  bench.hear(home, old.data("hello"));
  ASSERT_THAT(bench.messages, SizeIs(1));
  EXPECT_EQ(bench.heard_at(home).at(0).size(), 7u);
  EXPECT_FALSE(bench.connect(other, away));
  EXPECT_EQ(bench.hub.sessions(), 1u);
}

TEST(HubOfVersion1, an_address_that_proved_nothing_gets_two_challenges) {
  HubBench<> bench(HubConfig{.wire1 = true});
  UsmpDevice old(1, key, Wire::v1);
  bench.hear(stranger, old.hello());
  bench.pass(30_s);
  const auto all = bench.heard_at(stranger);
  EXPECT_EQ(size_of(all), 159u);
}

TEST(HubOfVersion1, a_flood_of_its_hellos_takes_no_place_from_who_has_a_cookie) {
  HubBench<> bench(HubConfig{.wire1 = true});
  UsmpDevice lamp(1, key);
  bench.know(lamp, key);
  const auto challenged = bench.challenge(lamp, home);
  for (unsigned i = 0; i < 1000; ++i) {
    UsmpDevice old(static_cast<std::uint8_t>(i), key, Wire::v1);
    bench.hear(usmp_address(static_cast<std::uint8_t>(i), static_cast<std::uint16_t>(i)), old.hello());
  }
  bench.sent.clear();
  bench.hear(home, lamp.hello_ack(*challenged));
  EXPECT_TRUE(bench.find(FrameType::session_ok, bench.heard_at(home)));
}

TEST(HubOfVersion1, its_hello_does_not_end_what_runs_at_an_address_that_is_proven) {
  HubBench<> bench(HubConfig{.wire1 = true});
  UsmpDevice lamp(1, key), forged(2, key, Wire::v1);
  bench.know(lamp, key);
  const auto challenged = bench.challenge(lamp, home);
  bench.hear(home, forged.hello());
  bench.heard_at(home);
  bench.hear(home, lamp.hello_ack(*challenged));
  EXPECT_TRUE(bench.find(FrameType::session_ok, bench.heard_at(home)));
}

// Anybody can write an address into his datagrams, and version 1 asks for no proof of it.
TEST(HubOfVersion1, wrong_proofs_in_the_name_of_an_address_lock_nobody_out_there) {
  HubBench<> bench(HubConfig{.wire1 = true});
  UsmpDevice lamp(1, key), door(2, key);
  bench.know(lamp, key);
  bench.know(door, key);
  for (std::uint16_t i = 0; i < 60; ++i) {
    UsmpDevice forged(i % 2 ? 1 : static_cast<std::uint8_t>(10 + i), other_key, Wire::v1);
    EXPECT_FALSE(bench.connect(forged, usmp_address(1, static_cast<std::uint16_t>(6000 + i))));
  }
  EXPECT_TRUE(bench.connect(lamp, home));
  EXPECT_TRUE(bench.connect(door, usmp_address(1, 5001)));
}

TEST(HubOfVersion1, hellos_in_the_name_of_an_address_take_no_place_from_who_has_a_cookie_there) {
  HubBench<> bench(HubConfig{.wire1 = true, .limits = {.handshakes_per_origin = 1, .sessions_per_origin = 2}});
  UsmpDevice lamp(1, key), forged(2, key, Wire::v1);
  bench.know(lamp, key);
  bench.hear(usmp_address(1, 6000), forged.hello());
  EXPECT_EQ(bench.hub.handshakes(), 1u);
  bench.hear(usmp_address(1, 6001), forged.hello());
  EXPECT_EQ(bench.last<DeviceDropped>().reason, Reason::address_full);
  EXPECT_TRUE(bench.connect(lamp, home));
}

// --- Who replaces whom -------------------------------------------------------------------------------

TEST_F(Served, a_new_session_from_the_same_address_replaces_the_old_one) {
  ASSERT_TRUE(bench.connect(lamp, home));
  const SessionRef old = session();
  ASSERT_TRUE(bench.connect(lamp, home));
  EXPECT_EQ(bench.last<DeviceDisconnected>().reason, Reason::replaced);
  EXPECT_EQ(bench.last<DeviceDisconnected>().session, old);
  EXPECT_EQ(bench.hub.sessions(), 1u);
  EXPECT_EQ(bench.hub.send(old, bytes_of("x"), bench.now).error(), Reason::unknown_peer);
}

TEST(HubLimits, a_device_with_too_many_sessions_loses_the_one_that_was_silent_for_longest) {
  HubBench<> bench(HubConfig{.sessions_per_device = 2});
  UsmpDevice first(1, key), second(1, key), third(1, key);
  bench.know(first, key);
  ASSERT_TRUE(bench.connect(first, usmp_address(1)));
  bench.pass(1_s);
  ASSERT_TRUE(bench.connect(second, usmp_address(2)));
  const SessionRef silent = bench.last<DeviceConnected>().session;
  bench.pass(1_s);
  bench.hear(usmp_address(1), first.data("here"));
  ASSERT_TRUE(bench.connect(third, usmp_address(3)));
  EXPECT_EQ(bench.hub.sessions(), 2u);
  EXPECT_EQ(bench.last<DeviceDisconnected>().session, silent);
}

TEST(HubLimits, where_all_sessions_are_taken_a_further_one_is_refused_by_name) {
  HubBench<> bench;
  for (std::uint8_t i = 0; i < roomy_hub.sessions; ++i) {
    UsmpDevice one(i, key);
    bench.know(one, key);
    ASSERT_TRUE(bench.connect(one, usmp_address(i)));
  }
  UsmpDevice late(200, key);
  bench.know(late, key);
  EXPECT_FALSE(bench.connect(late, usmp_address(200)));
  EXPECT_EQ(bench.last<DeviceDropped>().reason, Reason::sessions_full);
  EXPECT_EQ(bench.hub.handshakes(), 0u);
}

TEST(HubLimits, one_session_does_not_take_all_places_for_messages) {
  HubBench<> bench(HubConfig{.messages_per_session = 3});
  UsmpDevice one(1, key), two(2, key);
  bench.know(one, key);
  bench.know(two, key);
  ASSERT_TRUE(bench.connect(one, usmp_address(1)));
  const SessionRef greedy = bench.last<DeviceConnected>().session;
  ASSERT_TRUE(bench.connect(two, usmp_address(2)));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(bench.hub.send(greedy, bytes_of("x"), bench.now));
  EXPECT_EQ(bench.hub.send(greedy, bytes_of("x"), bench.now).error(), Reason::queue_full);
  EXPECT_TRUE(bench.hub.send(bench.last<DeviceConnected>().session, bytes_of("x"), bench.now));
}

TEST(HubLimits, a_session_id_carries_the_shard) {
  HubBench<> bench(HubConfig{.shard = 7});
  for (std::uint8_t i = 0; i < 8; ++i) {
    UsmpDevice one(i, key);
    bench.know(one, key);
    ASSERT_TRUE(bench.connect(one, usmp_address(i)));
    EXPECT_EQ(one.session[0], 7);
  }
}

TEST(HubLimits, drops_are_told_seldom_and_each_reason_is_told) {
  HubBench<> bench;
  for (int i = 0; i < 1000; ++i) bench.hear(stranger, Buffer(50));
  EXPECT_LE(bench.count<DeviceDropped>(), 12u);
  EXPECT_EQ(bench.hub.counters()[Reason::bad_magic], 1000u);
  bench.hear(stranger, Buffer(3));
  EXPECT_EQ(bench.last<DeviceDropped>().reason, Reason::truncated);
}

// --- Roaming -----------------------------------------------------------------------------------------

TEST_F(Served, a_session_follows_its_device_when_the_new_address_acknowledges) {
  ASSERT_TRUE(bench.connect(lamp, home));
  bench.hear(away, lamp.data("from elsewhere"));
  ASSERT_THAT(bench.messages, SizeIs(1));
  bench.hear(away, lamp.data("again"));
  const auto ping = bench.find(FrameType::ping, bench.heard_at(away));
  ASSERT_TRUE(ping);
  EXPECT_EQ(bench.count<DeviceMoving>(), 1u);
  EXPECT_EQ(bench.last<DeviceMoving>().to, away);
  EXPECT_EQ(bench.count<DeviceMoved>(), 0u);
  bench.hear(away, lamp.acknowledgement(*ping));
  EXPECT_EQ(bench.last<DeviceMoved>().from, home);
  EXPECT_EQ(bench.last<DeviceMoved>().to, away);
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("on"), bench.now));
  bench.speak();
  EXPECT_THAT(bench.heard_at(away), SizeIs(1));
}

TEST_F(Served, what_is_in_flight_follows_a_device_that_moves) {
  ASSERT_TRUE(bench.connect(lamp, home));
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("on"), bench.now));
  bench.speak();
  bench.heard_at(home);  // lost
  bench.hear(away, lamp.data("I have moved, and this is my new address"));
  const auto frame = bench.find(FrameType::data, bench.heard_at(away));
  ASSERT_TRUE(frame);
  EXPECT_EQ(lamp.open(*frame), "on");
  bench.hear(away, lamp.acknowledgement(*frame));
  EXPECT_EQ(bench.last<DeviceOutcome>().reason, std::nullopt);
  EXPECT_EQ(bench.count<DeviceMoved>(), 1u);
}

TEST_F(Served, a_replayed_frame_from_elsewhere_moves_nothing) {
  ASSERT_TRUE(bench.connect(lamp, home));
  const Buffer frame = lamp.data("mine");
  bench.hear(home, frame);
  bench.hear(stranger, frame);
  EXPECT_THAT(bench.heard_at(stranger), SizeIs(1));  // it is acknowledged as every authentic one
  ASSERT_TRUE(bench.hub.send(session(), bytes_of("on"), bench.now));
  bench.heard_at(home);
  bench.speak();
  EXPECT_THAT(bench.heard_at(home), SizeIs(1));
  EXPECT_EQ(bench.count<DeviceMoved>(), 0u);
}

TEST_F(Served, an_address_that_only_relays_gets_no_more_than_it_sent_and_the_device_keeps_its_session) {
  ASSERT_TRUE(bench.connect(lamp, home));
  std::size_t in = 0, out = 0;
  for (int i = 0; i < 50; ++i) {
    (void)bench.hub.send(session(), Buffer(400), bench.now);
    const Buffer stolen = lamp.data("a frame that an attacker was the first to deliver");
    in += stolen.size();
    bench.hear(stranger, stolen);
    bench.pass(100_ms);
    out += size_of(bench.heard_at(stranger));
    ASSERT_LE(out, in);
    for (const Buffer& frame : bench.heard_at(home))
      if (frame.size() > 15) bench.hear(home, lamp.acknowledgement(frame));
  }
  EXPECT_EQ(bench.count<DeviceMoved>(), 0u);
  EXPECT_EQ(bench.count<DeviceDisconnected>(), 0u);
}

TEST_F(Served, an_acknowledgement_of_what_was_said_at_home_proves_no_other_address) {
  ASSERT_TRUE(bench.connect(lamp, home));
  (void)bench.hub.send(session(), Buffer(400), bench.now);
  bench.speak();
  const auto frame = bench.find(FrameType::data, bench.heard_at(home));
  ASSERT_TRUE(frame);
  bench.hear(stranger, lamp.data("a frame that an attacker was the first to deliver"));
  bench.hear(stranger, lamp.acknowledgement(*frame));  // as the device said it, and the attacker heard it
  EXPECT_EQ(bench.count<DeviceMoving>(), 1u);
  EXPECT_EQ(bench.count<DeviceMoved>(), 0u);
}

TEST_F(Served, a_device_that_comes_back_before_it_proved_a_new_address_stays_where_it_was) {
  ASSERT_TRUE(bench.connect(lamp, home));
  bench.hear(away, lamp.data("once from elsewhere"));
  bench.hear(home, lamp.data("and back"));
  bench.heard_at(away);
  bench.pass(5_s);
  EXPECT_THAT(bench.heard_at(away), IsEmpty());
}

}  // namespace
}  // namespace tacit::test
