#include "tacit/usmp/session.hpp"

#include <gmock/gmock.h>

#include "tests/support/usmp_side.hpp"

// Two ends of a session, over datagrams and over a stream; the test is the network between them.
namespace tacit::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace usmp;

Side::Plan client(Transport transport = Transport::datagrams, Wire wire = Wire::v2) {
  return {.role = Role::client, .transport = transport, .wire = wire};
}
Side::Plan server(Transport transport = Transport::datagrams, Wire wire = Wire::v2) {
  return {.role = Role::server, .transport = transport, .wire = wire};
}

// A frame that the client could have made, with any number.
std::vector<std::uint8_t> sealed_by_client(Wire wire, const Keys& keys, FrameType type, std::uint32_t seq,
                                           std::string_view text) {
  std::vector<std::uint8_t> frame(sealed_size(text.size()));
  seal(crypto::AesGcm(keys.client_to_server.reveal()), some_session, {.wire = wire, .type = type, .seq = seq},
       bytes_of(text), frame);
  return frame;
}

std::string text(std::size_t size) { return std::string(size, static_cast<char>('a' + size % 26)); }

struct Way {
  Transport transport;
  Wire wire;
};
class SessionOver : public testing::TestWithParam<Way> {
 protected:
  Side a{client(GetParam().transport, GetParam().wire)}, b{server(GetParam().transport, GetParam().wire)};
};
INSTANTIATE_TEST_SUITE_P(everywhere, SessionOver,
                         testing::Values(Way{Transport::datagrams, Wire::v2}, Way{Transport::datagrams, Wire::v1},
                                         Way{Transport::stream, Wire::v2}, Way{Transport::stream, Wire::v1}));

TEST_P(SessionOver, messages_of_every_number_of_fragments_arrive_whole_once_and_in_order) {
  std::vector<std::string> sent;
  for (const std::size_t size : {0u, 1u, 451u, 452u, 453u, 904u, 905u, 1000u, 1356u, 1357u, 1807u, 1808u}) {
    ASSERT_TRUE(a.send(size));
    ASSERT_TRUE(b.send(size));
    sent.push_back(text(size));
    converse(a, b, at_ms(10));
  }
  EXPECT_EQ(a.heard, sent);
  EXPECT_EQ(b.heard, sent);
  EXPECT_EQ(a.delivered(), sent.size());
  EXPECT_EQ(b.delivered(), sent.size());
  EXPECT_THAT(a.refused, IsEmpty());
}

TEST_P(SessionOver, a_ping_is_answered) {
  a.session.ping();
  b.hear_all(a.say(at_ms(100)), at_ms(130));
  const Frames answer = b.say(at_ms(130));
  EXPECT_THAT(types(answer), ElementsAre(FrameType::pong));
  a.hear_all(answer, at_ms(160));
  EXPECT_EQ(a.pongs, 1);
}

TEST_P(SessionOver, pings_while_one_is_unanswered_are_that_one) {
  a.session.ping();
  Frames pings = a.say(at_ms(10));
  for (int i = 0; i < 20; ++i) {
    a.session.ping();
    EXPECT_THAT(types(a.say(at_ms(10))), IsEmpty());
  }
  b.hear_all(pings, at_ms(20));
  converse(a, b, at_ms(20));
  EXPECT_EQ(a.pongs, 1);
  EXPECT_THAT(b.refused, IsEmpty());
  a.session.ping();
  a.session.timeout(at_ms(1000));
  converse(a, b, at_ms(1000));
  EXPECT_EQ(a.pongs, 2);
}

TEST_P(SessionOver, a_goodbye_ends_both_sides_and_is_not_answered) {
  a.session.close();
  const Frames bye = a.say(at_ms(10));
  EXPECT_THAT(types(bye), ElementsAre(FrameType::bye));
  b.hear_all(bye, at_ms(20));
  EXPECT_EQ(b.session.ended(), Reason::peer_closed);
  const Frames answer = b.say(at_ms(20));
  EXPECT_THAT(types(answer), IsEmpty());
  a.hear_all(answer, at_ms(30));
  EXPECT_EQ(a.session.ended(), Reason::closed);
}

TEST_P(SessionOver, what_was_not_delivered_when_a_session_ends_is_given_up_under_its_reason) {
  ASSERT_TRUE(a.send("one"));
  ASSERT_TRUE(a.send(1000));
  a.session.end(Reason::revoked);
  EXPECT_THAT(a.say(at_ms(10)), IsEmpty());
  EXPECT_THAT(a.outcomes,
              ElementsAre(Side::Outcome{Handle{1}, Reason::revoked}, Side::Outcome{Handle{2}, Reason::revoked}));
  EXPECT_EQ(a.send("three").error(), Reason::closed);
}

TEST_P(SessionOver, nine_control_frames_in_a_second_are_too_many) {
  const Wire wire = GetParam().wire;
  for (std::uint32_t seq = 0; seq < 9; ++seq)
    (void)b.hear(sealed_by_client(wire, some_keys(wire), FrameType::ping, seq, ""), at_ms(10));
  EXPECT_THAT(b.refused, ElementsAre(Reason::rate_limited));
  EXPECT_EQ(b.session.ended().has_value(), GetParam().transport == Transport::stream);
}

TEST_P(SessionOver, eight_control_frames_in_each_second_are_well) {
  const Wire wire = GetParam().wire;
  for (std::uint32_t seq = 0; seq < 32; ++seq) {
    (void)b.hear(sealed_by_client(wire, some_keys(wire), FrameType::ping, seq, ""), at_ms(seq / 8 * 1100));
    (void)b.say(at_ms(seq / 8 * 1100));
  }
  EXPECT_THAT(b.refused, IsEmpty());
}

// On a fast network an answer is there before the owner asks again.
TEST_P(SessionOver, an_owner_who_pings_at_every_answer_is_slowed_down_and_each_ping_is_answered) {
  for (int ms = 0; ms < 5000; ms += 10) {
    for (Side* side : {&a, &b}) {
      side->session.ping();
      side->session.timeout(at_ms(ms));
    }
    converse(a, b, at_ms(ms));
  }
  EXPECT_THAT(a.refused, IsEmpty());
  EXPECT_THAT(b.refused, IsEmpty());
  EXPECT_THAT(a.pongs, testing::AllOf(testing::Ge(9), testing::Le(11)));
  EXPECT_EQ(a.pongs, b.pongs);
}

TEST_P(SessionOver, a_ping_that_waits_for_its_turn_is_due_then) {
  a.session.ping();
  converse(a, b, at_ms(100));
  a.session.ping();
  EXPECT_THAT(types(a.say(at_ms(200))), IsEmpty());
  const auto due = a.session.due();
  ASSERT_TRUE(due);
  EXPECT_EQ(*due, at_ms(100) + ticks({500'000}));
  a.session.timeout(*due);
  EXPECT_THAT(types(a.say(*due)), ElementsAre(FrameType::ping));
}

TEST_P(SessionOver, keepalive_follows_what_was_sent_and_nothing_else) {
  Side::Plan plan = client(GetParam().transport, GetParam().wire);
  plan.patience.keepalive = ticks({30'000'000});
  Side one(plan);
  ASSERT_TRUE(one.send("something"));
  converse(one, b, at_ms(20'000));
  ASSERT_TRUE(b.send("heard, which is not sent"));
  converse(one, b, at_ms(40'000));
  one.session.timeout(at_ms(49'000));
  EXPECT_THAT(one.say(at_ms(49'000)), IsEmpty());
  EXPECT_EQ(one.session.due(), at_ms(20'000) + plan.patience.keepalive);
  one.session.timeout(at_ms(50'100));
  EXPECT_THAT(types(one.say(at_ms(50'100))), ElementsAre(FrameType::ping));
}

TEST_P(SessionOver, a_side_that_hears_nothing_asks_before_it_gives_up) {
  Side::Plan plan = client(GetParam().transport, GetParam().wire);
  plan.patience = {.keepalive = {}, .probe = ticks({20'000'000}), .watchdog = ticks({60'000'000}), .assembly = {}};
  Side one(plan);
  one.session.timeout(at_ms(20'100));
  EXPECT_THAT(types(one.say(at_ms(20'100))), ElementsAre(FrameType::ping));
  one.session.timeout(at_ms(60'100));
  EXPECT_EQ(one.session.ended(), Reason::idle);
}

TEST_P(SessionOver, forged_frames_do_not_keep_the_watchdog_quiet) {
  Side::Plan plan = server(GetParam().transport, GetParam().wire);
  plan.patience.watchdog = ticks({60'000'000});
  Side one(plan);
  ASSERT_TRUE(a.send("genuine"));
  Frames said = a.say(at_ms(10));
  one.hear_all(said, at_ms(10'000));
  said[0].back() ^= 1;
  if (GetParam().transport == Transport::datagrams) one.hear_all(said, at_ms(60'000));  // a stream would have ended
  EXPECT_EQ(one.session.due(), at_ms(10'000) + plan.patience.watchdog);
  one.session.timeout(at_ms(70'100));
  EXPECT_EQ(one.session.ended(), Reason::idle);
}

TEST_P(SessionOver, a_message_that_stops_in_the_middle_ends_the_session) {
  Side::Plan plan = server(GetParam().transport, GetParam().wire);
  plan.patience.assembly = ticks({15'000'000});
  Side one(plan);
  ASSERT_TRUE(a.send(1000));
  one.hear_all({a.say(at_ms(10)).front()}, at_ms(10));
  one.session.timeout(at_ms(15'000));
  EXPECT_FALSE(one.session.ended());
  one.session.timeout(at_ms(15'100));
  EXPECT_EQ(one.session.ended(), Reason::incomplete);
}

TEST_P(SessionOver, nothing_is_sent_that_cannot_be_held) {
  EXPECT_EQ(a.send(1809).error(), Reason::too_large);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(a.send("one of eight"));
  EXPECT_EQ(a.send("the ninth").error(), Reason::queue_full);
  converse(a, b, at_ms(10));
  EXPECT_TRUE(a.send("the ninth"));
}

TEST_P(SessionOver, the_last_number_is_used_and_then_the_session_ends) {
  a.session.skip_to(seq_max);
  ASSERT_TRUE(a.send("the last"));
  ASSERT_TRUE(a.send("one too many"));
  converse(a, b, at_ms(10));
  if (GetParam().transport == Transport::datagrams) { EXPECT_THAT(b.heard, ElementsAre("the last")); }
  EXPECT_EQ(a.session.ended(), Reason::sequence_exhausted);
  EXPECT_THAT(a.outcomes, ElementsAre(Side::Outcome{Handle{1}, std::nullopt},
                                      Side::Outcome{Handle{2}, Reason::sequence_exhausted}));
}

// --- Over datagrams ----------------------------------------------------------------------------------

class SessionOverDatagrams : public testing::TestWithParam<Wire> {
 protected:
  Side a{client(Transport::datagrams, GetParam())}, b{server(Transport::datagrams, GetParam())};

  static std::vector<std::uint8_t> forge(FrameType type, std::uint32_t seq, std::string_view text = "") {
    return forge(type, seq, text, some_keys(GetParam()));
  }
  static std::vector<std::uint8_t> forge(FrameType type, std::uint32_t seq, std::string_view text, const Keys& keys) {
    return sealed_by_client(GetParam(), keys, type, seq, text);
  }
};
INSTANTIATE_TEST_SUITE_P(both, SessionOverDatagrams, testing::Values(Wire::v1, Wire::v2));

// Upstream acknowledges on arrival, so whoever can name an address makes its peer believe that a frame arrived.
TEST_P(SessionOverDatagrams, regression_ack_oracle_nothing_is_acknowledged_before_it_is_authentic) {
  Keys others{Secret<32>(), Secret<32>()};
  for (const FrameType type : {FrameType::data, FrameType::ping, FrameType::bye, FrameType::data_fragment}) {
    EXPECT_EQ(b.hear(forge(type, 0, "", others), at_ms(10)).error(), Reason::bad_mac);
    EXPECT_THAT(b.say(at_ms(10)), IsEmpty());
  }
  ASSERT_TRUE(a.send("genuine"));
  converse(a, b, at_ms(20));
  EXPECT_THAT(b.heard, ElementsAre("genuine"));
}

TEST_P(SessionOverDatagrams, what_comes_again_is_acknowledged_again_and_delivered_once) {
  ASSERT_TRUE(a.send("once"));
  const Frames said = a.say(at_ms(10));
  b.hear_all(said, at_ms(20));
  const Frames first = b.say(at_ms(20));
  b.hear_all(said, at_ms(600));
  const Frames second = b.say(at_ms(600));
  EXPECT_THAT(b.heard, ElementsAre("once"));
  EXPECT_THAT(b.refused, ElementsAre(Reason::duplicate));
  EXPECT_EQ(first, second);
  EXPECT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].size(), GetParam() == Wire::v1 ? 7u : 15u);
  a.hear_all(second, at_ms(620));
  EXPECT_EQ(a.delivered(), 1u);
}

// Upstream drops what it has acknowledged where a later check fails.
TEST_P(SessionOverDatagrams, regression_acked_but_not_delivered_what_is_refused_is_not_acknowledged_and_comes_again) {
  Side::Plan plan = server(Transport::datagrams, GetParam());
  plan.reassemblies = 0;
  Side one(plan);
  ASSERT_TRUE(a.send(1000));
  const Frames said = a.say(at_ms(10));
  one.hear_all(said, at_ms(20));
  EXPECT_THAT(one.refused, ElementsAre(Reason::reassemblies_full));
  EXPECT_THAT(one.say(at_ms(20)), IsEmpty());
  EXPECT_THAT(a.say(at_ms(20)), IsEmpty());
  EXPECT_EQ(a.say(at_ms(600)), said);
}

TEST_P(SessionOverDatagrams, what_is_not_acknowledged_leaves_five_times_in_the_same_bytes_and_is_then_given_up) {
  ASSERT_TRUE(a.send("nobody is there"));
  const Frames first = a.say(at_ms(0));
  std::vector<std::int64_t> again;
  for (std::int64_t ms = 0; !a.session.ended(); ms += 10) {
    a.session.timeout(at_ms(ms));
    const Frames said = a.say(at_ms(ms));
    if (said.empty()) continue;
    EXPECT_EQ(said, first);
    again.push_back(ms);
    ASSERT_LT(ms, 20'000);
  }
  EXPECT_THAT(again, ElementsAre(500, 1500, 3500, 7500));
  EXPECT_EQ(a.session.ended(), Reason::no_acknowledgement);
  EXPECT_THAT(a.outcomes, ElementsAre(Side::Outcome{Handle{1}, Reason::no_acknowledgement}));
}

TEST_P(SessionOverDatagrams, retransmission_follows_the_round_trip) {
  std::int64_t ms = 0;
  for (int i = 0; i < 50; ++i, ms += 10) {
    ASSERT_TRUE(a.send("quick"));
    b.hear_all(a.say(at_ms(ms)), at_ms(ms));
    a.hear_all(b.say(at_ms(ms)), at_ms(ms + 5));
  }
  ASSERT_TRUE(a.send("lost"));
  ASSERT_THAT(a.say(at_ms(ms)), SizeIs(1));
  EXPECT_LE(a.session.due()->count, at_ms(ms + 102).count);
}

TEST_P(SessionOverDatagrams, an_acknowledgement_of_something_else_or_by_somebody_else_is_nothing) {
  ASSERT_TRUE(a.send("one"));
  b.hear_all(a.say(at_ms(10)), at_ms(10));
  std::vector<std::uint8_t> genuine = b.say(at_ms(10)).at(0);
  for (std::size_t bit = 0; bit < 8 * genuine.size(); ++bit) {
    auto forged = genuine;
    forged[bit / 8] = static_cast<std::uint8_t>(forged[bit / 8] ^ 1 << bit % 8);
    a.hear_all({forged}, at_ms(20));
    EXPECT_EQ(a.acknowledged, 0) << bit;
  }
  if (GetParam() == Wire::v2) {
    a.hear_all({std::vector(genuine.begin(), genuine.begin() + 7)}, at_ms(20));
    EXPECT_EQ(a.acknowledged, 0);
  }
  a.hear_all({genuine}, at_ms(20));
  EXPECT_EQ(a.acknowledged, 1);
}

TEST_P(SessionOverDatagrams, regression_rubbish_does_not_end_a_session) {
  std::vector<std::uint8_t> unknown(header_size);
  encode_frame({.wire = GetParam(), .type = static_cast<FrameType>(0x7E)}, unknown);
  std::vector<std::uint8_t> error(header_size + 1);
  encode_frame({.wire = GetParam(), .type = FrameType::error}, error);
  auto damaged = forge(FrameType::data, 0, "x");
  damaged.back() ^= 1;
  auto longer = forge(FrameType::data, 0, "x");
  longer.push_back(0);
  EXPECT_EQ(b.hear(unknown, at_ms(1)).error(), Reason::bad_type);
  EXPECT_EQ(b.hear(error, at_ms(1)).error(), Reason::bad_type);
  EXPECT_EQ(b.hear(damaged, at_ms(1)).error(), Reason::bad_crc);
  EXPECT_EQ(b.hear(longer, at_ms(1)).error(), Reason::bad_length);
  EXPECT_EQ(b.hear({0xCD, 0xAB}, at_ms(1)).error(), Reason::truncated);
  EXPECT_FALSE(b.hear(forge(FrameType::hello, 0), at_ms(1)));
  EXPECT_THAT(b.say(at_ms(1)), IsEmpty());
  EXPECT_FALSE(b.session.ended());
  EXPECT_TRUE(b.hear(forge(FrameType::data, 0, "x"), at_ms(1)));
}

TEST_P(SessionOverDatagrams, the_window_is_of_64_numbers) {
  EXPECT_TRUE(b.hear(forge(FrameType::data, 100, "100"), at_ms(1)));
  EXPECT_TRUE(b.hear(forge(FrameType::data, 37, "37"), at_ms(1)));
  EXPECT_EQ(b.hear(forge(FrameType::data, 36, "36"), at_ms(1)).error(), Reason::too_old);
  EXPECT_EQ(b.hear(forge(FrameType::data, 100, "100"), at_ms(1)).error(), Reason::duplicate);
  EXPECT_TRUE(b.hear(forge(FrameType::data, 0xFFFF'FFFE, "far"), at_ms(1)));
  EXPECT_EQ(b.hear(forge(FrameType::data, 101, "101"), at_ms(1)).error(), Reason::too_old);
  EXPECT_THAT(b.heard, ElementsAre("100", "37", "far"));
}

TEST_P(SessionOverDatagrams, the_number_that_nobody_may_use_ends_a_session_only_if_the_peer_used_it) {
  Keys others{Secret<32>(), Secret<32>()};
  EXPECT_EQ(b.hear(forge(FrameType::data, 0xFFFF'FFFF, "", others), at_ms(1)).error(), Reason::bad_mac);
  EXPECT_FALSE(b.session.ended());
  EXPECT_EQ(b.hear(forge(FrameType::data, 0xFFFF'FFFF), at_ms(1)).error(), Reason::sequence_exhausted);
  EXPECT_EQ(b.session.ended(), Reason::sequence_exhausted);
}

TEST_P(SessionOverDatagrams, a_peer_that_repeats_itself_does_not_keep_the_watchdog_quiet) {
  Side::Plan plan = server(Transport::datagrams, GetParam());
  plan.patience.watchdog = ticks({60'000'000});
  Side one(plan);
  EXPECT_TRUE(one.hear(forge(FrameType::data, 0), at_ms(0)));
  EXPECT_EQ(one.hear(forge(FrameType::data, 0), at_ms(50'000)).error(), Reason::duplicate);
  one.session.timeout(at_ms(60'100));
  EXPECT_EQ(one.session.ended(), Reason::idle);
}

TEST_P(SessionOverDatagrams, what_is_authentic_and_refused_is_not_acknowledged) {
  for (std::uint32_t seq = 0; seq < 9; ++seq) {
    const bool taken = b.hear(forge(FrameType::ping, seq), at_ms(10)).has_value();
    EXPECT_EQ(taken, seq < 8);
    EXPECT_EQ(b.session.acknowledgement_size() > 0, taken);
    if (taken) b.say(at_ms(10));
  }
}

TEST_P(SessionOverDatagrams, a_fifth_fragment_is_refused_and_so_is_a_control_frame_between_two) {
  EXPECT_TRUE(b.hear(forge(FrameType::data_fragment, 0, text(452)), at_ms(1)));
  EXPECT_EQ(b.hear(forge(FrameType::ping, 1), at_ms(1)).error(), Reason::bad_sequence);
  EXPECT_TRUE(b.hear(forge(FrameType::data_fragment, 1, text(452)), at_ms(1)));
  EXPECT_TRUE(b.hear(forge(FrameType::data_fragment, 2, text(452)), at_ms(1)));
  EXPECT_EQ(b.hear(forge(FrameType::data_fragment, 3, text(452)), at_ms(1)).error(), Reason::too_large);
  EXPECT_FALSE(b.session.ended());
  EXPECT_THAT(b.heard, IsEmpty());
}

TEST_P(SessionOverDatagrams, a_sender_that_gave_up_the_rest_of_a_message_can_go_on_with_another) {
  EXPECT_TRUE(b.hear(forge(FrameType::data_fragment, 0, "the beginning of one"), at_ms(1)));
  EXPECT_TRUE(b.hear(forge(FrameType::data, 2, "another"), at_ms(1)));
  EXPECT_EQ(b.hear(forge(FrameType::data, 1, "too late"), at_ms(1)).has_value(), true);
  EXPECT_THAT(b.heard, ElementsAre("another", "too late"));
}

TEST_P(SessionOverDatagrams, goodbye_is_said_three_times_at_most) {
  a.session.close();
  int said = 0;
  for (std::int64_t ms = 0; !a.session.ended(); ms += 10) {
    a.session.timeout(at_ms(ms));
    said += static_cast<int>(a.say(at_ms(ms)).size());
    ASSERT_LT(ms, 20'000);
  }
  EXPECT_EQ(said, 3);
  EXPECT_EQ(a.session.ended(), Reason::closed);
}

// Before 1.1.0 upstream sent the next message under the number of one that it could not send.
TEST_P(SessionOverDatagrams, regression_nonce_reuse_what_was_given_up_keeps_its_number) {
  ASSERT_TRUE(a.send("given up"));
  const Frames data = a.say(at_ms(0));
  a.session.close();
  const Frames bye = a.say(at_ms(0));
  EXPECT_EQ(data[0][4], 0);
  EXPECT_EQ(bye[0][4], 1);
}

TEST_P(SessionOverDatagrams, a_frame_whose_way_has_changed_leaves_at_once_in_the_same_bytes) {
  ASSERT_TRUE(a.send("hello"));
  const Frames first = a.say(at_ms(0));
  const auto due = a.session.due();
  a.session.hurry();
  EXPECT_EQ(a.say(at_ms(10)), first);
  EXPECT_THAT(a.say(at_ms(10)), IsEmpty());
  EXPECT_EQ(a.session.due(), due);
}

TEST_P(SessionOverDatagrams, what_came_says_whether_it_is_the_newest) {
  EXPECT_TRUE(b.hear(forge(FrameType::data, 0), at_ms(1))->newest);
  EXPECT_TRUE(b.hear(forge(FrameType::data, 5), at_ms(1))->newest);
  EXPECT_FALSE(b.hear(forge(FrameType::data, 3), at_ms(1))->newest);
}

// --- Over a stream -----------------------------------------------------------------------------------

class SessionOverStream : public testing::TestWithParam<Wire> {
 protected:
  Side a{client(Transport::stream, GetParam())}, b{server(Transport::stream, GetParam())};
};
INSTANTIATE_TEST_SUITE_P(both, SessionOverStream, testing::Values(Wire::v1, Wire::v2));

TEST_P(SessionOverStream, a_frame_that_is_missing_ends_the_session) {
  ASSERT_TRUE(a.send("one"));
  ASSERT_TRUE(a.send("two"));
  const Frames said = a.say(at_ms(1));
  EXPECT_EQ(b.hear(said[1], at_ms(1)).error(), Reason::bad_sequence);
  EXPECT_EQ(b.session.ended(), Reason::bad_sequence);
}

TEST_P(SessionOverStream, a_frame_that_comes_again_ends_the_session) {
  ASSERT_TRUE(a.send("one"));
  const Frames said = a.say(at_ms(1));
  EXPECT_TRUE(b.hear(said[0], at_ms(1)));
  EXPECT_EQ(b.hear(said[0], at_ms(1)).error(), Reason::replay);
  EXPECT_EQ(b.session.ended(), Reason::replay);
}

TEST_P(SessionOverStream, a_forged_frame_ends_the_session_and_delivers_nothing) {
  ASSERT_TRUE(a.send("one"));
  Frames said = a.say(at_ms(1));
  said[0][30] ^= 1;
  encode_frame({.wire = GetParam(), .type = FrameType::data}, said[0]);
  EXPECT_EQ(b.hear(said[0], at_ms(1)).error(), Reason::bad_mac);
  EXPECT_EQ(b.session.ended(), Reason::bad_mac);
  EXPECT_THAT(b.heard, IsEmpty());
}

TEST_P(SessionOverStream, a_message_in_fragments_waits_where_there_is_no_room) {
  Side::Plan plan = server(Transport::stream, GetParam());
  plan.reassemblies = 0;
  Side one(plan);
  ASSERT_TRUE(a.send(1000));
  EXPECT_EQ(one.hear(a.say(at_ms(1)).front(), at_ms(1)).error(), Reason::reassemblies_full);
  EXPECT_FALSE(one.session.ended());
}

TEST_P(SessionOverStream, nothing_is_acknowledged) {
  ASSERT_TRUE(a.send("one"));
  b.hear_all(a.say(at_ms(1)), at_ms(1));
  EXPECT_THAT(b.say(at_ms(1)), IsEmpty());
  EXPECT_EQ(a.delivered(), 1u);
}

}  // namespace
}  // namespace tacit::test
