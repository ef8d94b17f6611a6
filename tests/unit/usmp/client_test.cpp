#include "tacit/usmp/client.hpp"

#include <gmock/gmock.h>

#include "tests/support/usmp_script.hpp"

// The client over both transports, with a server that says only what a test makes it say.
namespace tacit::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace usmp;

template <class C> class ClientOver : public testing::Test {
 protected:
  using Calling = Caller<C>;
  static constexpr auto transport = Calling::transport;

  // Messages both ways.
  static void converse(Calling& caller, Side& side, std::int64_t ms) {
    for (Frames said = caller.say(ms); !said.empty();) {
      side.hear_all(said, at_ms(ms));
      said = caller.hear_all(side.say(at_ms(ms)), ms);
    }
  }
};
using Both = testing::Types<DatagramClient, StreamClient>;
TYPED_TEST_SUITE(ClientOver, Both);

TYPED_TEST(ClientOver, a_handshake_ends_in_a_session_in_either_version) {
  for (const Wire wire : {Wire::v1, Wire::v2}) {
    Caller<TypeParam> caller(Caller<TypeParam>::config(only(wire)));
    ScriptedServer server(this->transport, wire);
    const auto side = caller.shake_hands(server, 0, caller.connect(0));
    EXPECT_EQ(caller.template last<Connected>().session, some_session);
    EXPECT_EQ(caller.template last<Connected>().wire, wire);
    EXPECT_EQ(caller.template count<Weak>(), wire == Wire::v1 ? 1u : 0u);
    ASSERT_TRUE(caller.client.send(bytes_of("up"), now_ms(10)));
    ASSERT_TRUE(side->send("down"));
    side->hear_all(caller.say(10), at_ms(10));
    this->converse(caller, *side, 10);
    caller.hear_all(side->say(at_ms(10)), 10);
    this->converse(caller, *side, 10);
    EXPECT_THAT(side->heard, ElementsAre("up"));
    EXPECT_THAT(caller.heard, ElementsAre("down"));
    EXPECT_FALSE(caller.template last<Outcome>().reason);
  }
}

TYPED_TEST(ClientOver, numbers_of_a_handshake_are_those_of_its_version) {
  for (const Wire wire : {Wire::v1, Wire::v2}) {
    Caller<TypeParam> caller(Caller<TypeParam>::config(only(wire)));
    ScriptedServer server(this->transport, wire);
    const Frames hello = caller.connect(0);
    EXPECT_EQ(hello.at(0).at(4), 0);
    server.hear_hello(hello[0]);
    EXPECT_EQ(caller.hear(server.challenge(), 1).back().at(4), wire == Wire::v1 ? 0 : 2);
  }
}

TYPED_TEST(ClientOver, a_cookie_is_sent_back_once) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  const Hello first = server.hear_hello(caller.connect(0).at(0));
  EXPECT_FALSE(first.cookie);
  const Frames said = caller.hear(server.hello_retry(0xC0), 1);
  const Hello second = server.hear_hello(said.back());
  EXPECT_EQ(second.cookie->at(15), 0xC0);
  EXPECT_EQ(second.public_key, first.public_key);
  EXPECT_EQ(said.back().at(4), 1);
  EXPECT_THAT(types(caller.hear(server.hello_retry(0xC1), 2)), IsEmpty());
}

TYPED_TEST(ClientOver, a_server_without_the_key_is_not_believed) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  server.hear_hello(caller.connect(0).at(0));
  caller.hear(server.challenge(), 1);
  EXPECT_THAT(caller.hear(server.session_ok(other_psk()), 2), IsEmpty());
  EXPECT_EQ(caller.template last<Dropped>().reason, Reason::wrong_key);
  EXPECT_EQ(caller.template count<Connected>(), 0u);
  if (this->transport == Transport::stream) {
    EXPECT_EQ(caller.template last<Disconnected>().reason, Reason::wrong_key);
    EXPECT_EQ(caller.template last<Disconnected>().stage, Stage::challenged);
  } else {  // it may have been anybody
    caller.hear(server.session_ok(), 3);
    EXPECT_EQ(caller.template count<Connected>(), 1u);
  }
}

TYPED_TEST(ClientOver, a_public_key_that_makes_the_secret_known_is_refused) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  server.hear_hello(caller.connect(0).at(0));
  server.exchange_.server.fill(0);
  EXPECT_THAT(caller.hear(server.challenge(), 1), IsEmpty());
  EXPECT_EQ(caller.template last<Dropped>().reason, Reason::weak_key);
}

TYPED_TEST(ClientOver, every_attempt_has_keys_of_its_own) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  const PublicKey first = server.hear_hello(caller.connect(0).at(0)).public_key;
  caller.client.close(now_ms(1));
  caller.lose_stream(1);
  EXPECT_NE(server.hear_hello(caller.connect(2).at(0)).public_key, first);
}

TYPED_TEST(ClientOver, a_handshake_that_does_not_end_is_given_up_and_begins_again_after_a_while) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  caller.connect(0);
  std::int64_t ms = 0;
  caller.wait(ms, 10'010);
  EXPECT_EQ(caller.template last<Disconnected>().reason, Reason::handshake_timeout);
  EXPECT_EQ(caller.template last<Disconnected>().stage, Stage::unanswered);
  const std::int64_t pause = caller.template last<Disconnected>().again_in->us / 1000;
  EXPECT_GE(pause, 1600);
  EXPECT_LE(pause, 2400);
  caller.lose_stream(ms);
  caller.wait(ms, ms + pause + 10);
  EXPECT_EQ(caller.template count<Trying>(), 2u);
}

TYPED_TEST(ClientOver, pauses_double_up_to_32_s_and_begin_anew_after_a_session) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  std::int64_t ms = 0;
  caller.connect(0);
  std::vector<std::int64_t> pauses;
  while (pauses.size() < 7) {
    const std::size_t ends = caller.template count<Disconnected>();
    while (caller.template count<Disconnected>() == ends) caller.wait(ms, ms);
    pauses.push_back(caller.template last<Disconnected>().again_in->us / 1'000'000);
    caller.lose_stream(ms);
    caller.wait(ms, ms + caller.template last<Disconnected>().again_in->us / 1000 + 10);
    caller.open_stream(ms);
  }
  for (std::size_t i = 0; i < pauses.size(); ++i) {
    const std::int64_t nominal = std::min<std::int64_t>(2 << i, 32);
    EXPECT_GE(pauses[i], nominal * 8 / 10 - 1);
    EXPECT_LE(pauses[i], nominal * 12 / 10);
  }
}

TYPED_TEST(ClientOver, a_session_that_ends_is_followed_by_another_with_what_was_not_sent_given_up) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  side->session.close();
  ASSERT_TRUE(caller.client.send(bytes_of("too late"), now_ms(1)));
  if (this->transport == Transport::datagrams) caller.say(1);
  const Frames bye = side->say(at_ms(1));
  caller.hear_all(bye, 1);
  EXPECT_EQ(caller.template last<Disconnected>().reason, Reason::peer_closed);
  EXPECT_EQ(caller.template last<Disconnected>().stage, Stage::connected);
  EXPECT_EQ(caller.template count<Outcome>(), 1u);
  EXPECT_EQ(caller.client.send(bytes_of("no session"), now_ms(2)).error(), Reason::not_connected);
  caller.lose_stream(2);
  std::int64_t ms = 2;
  Frames hello = caller.wait(ms, 2500);
  if (this->transport == Transport::stream) hello = caller.open_stream(ms);
  EXPECT_THAT(types(hello), testing::Contains(FrameType::hello));
  ScriptedServer again(this->transport);
  caller.shake_hands(again, ms, {hello.front()});
}

TYPED_TEST(ClientOver, a_client_that_is_closed_says_goodbye_and_stays_away) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  caller.client.close(now_ms(1));
  side->hear_all(caller.say(1), at_ms(1));
  EXPECT_EQ(side->session.ended(), Reason::peer_closed);
  caller.hear_all(side->say(at_ms(1)), 1);
  EXPECT_TRUE(caller.client.is_down());
  EXPECT_EQ(caller.template last<Disconnected>().reason, Reason::closed);
  EXPECT_FALSE(caller.template last<Disconnected>().again_in);
  EXPECT_FALSE(caller.client.next_timeout());
}

TYPED_TEST(ClientOver, version_1_is_tried_where_it_is_allowed_and_version_2_was_not_answered_and_it_is_said) {
  Caller<TypeParam> caller(Caller<TypeParam>::config(Wires::both));
  caller.connect(0);
  EXPECT_EQ(caller.template last<Trying>().wire, Wire::v2);
  std::int64_t ms = 0;
  caller.wait(ms, 10'010);
  EXPECT_EQ(caller.template last<Disconnected>().stage, Stage::unanswered);
  caller.lose_stream(ms);
  caller.wait(ms, ms + 10);
  const Frames hello = caller.open_stream(ms);
  EXPECT_EQ(caller.template last<Trying>().wire, Wire::v1);
  if (this->transport == Transport::stream) {
    ScriptedServer server(this->transport, Wire::v1);
    caller.shake_hands(server, ms, hello);
    EXPECT_EQ(caller.template last<Weak>().reason, Reason::weak_wire);
  }
}

TYPED_TEST(ClientOver, version_1_is_not_reached_where_a_server_answered_in_version_2) {
  Caller<TypeParam> caller(Caller<TypeParam>::config(Wires::both));
  ScriptedServer server(this->transport);
  server.hear_hello(caller.connect(0).at(0));
  caller.hear(server.challenge(), 1);
  std::int64_t ms = 0;
  caller.wait(ms, 10'010);
  EXPECT_EQ(caller.template last<Disconnected>().stage, Stage::challenged);
  caller.lose_stream(ms);
  caller.wait(ms, 13'000);
  EXPECT_EQ(caller.template last<Trying>().wire, Wire::v2);
}

TYPED_TEST(ClientOver, a_message_in_fragments_lives_until_it_was_handled) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  ASSERT_TRUE(side->send(1808));
  ASSERT_TRUE(side->send(1357));
  Frames said = side->say(at_ms(1));
  while (!said.empty()) {
    side->hear_all(caller.hear_all(said, 1), at_ms(1));
    said = side->say(at_ms(1));
  }
  ASSERT_THAT(caller.heard, SizeIs(2));
  EXPECT_EQ(caller.heard[0].size(), 1808u);
  EXPECT_EQ(caller.heard[1].size(), 1357u);
}

TYPED_TEST(ClientOver, a_quiet_client_pings_every_30_s_and_a_silent_server_is_noticed) {
  Caller<TypeParam> caller(Caller<TypeParam>::config());
  ScriptedServer server(this->transport);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  std::int64_t ms = 0;
  for (int i = 0; i < 5; ++i) {
    const Frames ping = caller.wait(ms, ms + 30'100);
    EXPECT_THAT(types(ping), ElementsAre(FrameType::ping));
    side->hear_all(ping, at_ms(ms));
    side->hear_all(caller.hear_all(side->say(at_ms(ms)), ms), at_ms(ms));
  }
  EXPECT_EQ(caller.template count<Answered>(), 5u);
  while (caller.template count<Disconnected>() == 0) {
    caller.wait(ms, ms);
    ASSERT_LT(ms, 300'000);
  }
  EXPECT_EQ(caller.template last<Disconnected>().reason,
            this->transport == Transport::stream ? Reason::idle : Reason::no_acknowledgement);
}

// --- Over datagrams ----------------------------------------------------------------------------------

using Calling = Caller<DatagramClient>;

// A HELLO_RETRY is sent once and never again; upstream's client has stopped repeating its HELLO by then.
TEST(DatagramClient, regression_lost_hello_retry_hello_leaves_again_although_it_was_acknowledged) {
  Calling caller(Calling::config());
  const Frames hello = caller.connect(0);
  std::vector<std::uint8_t> acknowledgement(acknowledgement_size);
  encode_acknowledgement({FrameType::hello, 0}, acknowledgement);
  caller.hear(acknowledgement, 1);
  std::int64_t ms = 1;
  EXPECT_EQ(caller.wait(ms, 600), hello);
}

TEST(DatagramClient, says_what_it_has_to_say_ahead_of_an_acknowledgement_unless_keys_change) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  ASSERT_TRUE(side->send("down"));
  ASSERT_TRUE(caller.client.send(bytes_of("up"), now_ms(10)));
  const Frames answer = caller.hear_all(side->say(at_ms(10)), 10);
  ASSERT_THAT(answer, SizeIs(2));
  EXPECT_FALSE(is_acknowledgement(answer[0]));
  EXPECT_TRUE(is_acknowledgement(answer[1]));
  for (Frames said = answer; !said.empty();) {
    side->hear_all(said, at_ms(11));
    said = caller.hear_all(side->say(at_ms(11)), 11);
  }

  ASSERT_TRUE(side->session.rekey());
  ASSERT_TRUE(caller.client.send(bytes_of("up again"), now_ms(20)));
  const Frames changed = caller.hear_all(side->say(at_ms(20)), 20);
  ASSERT_THAT(changed, SizeIs(2));
  EXPECT_TRUE(is_acknowledgement(changed[0]));
}

// Acknowledgements of a handshake can be made by anybody.
TEST(DatagramClient, regression_spoofed_handshake_acknowledgements_do_not_stop_a_client) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  server.hear_hello(caller.connect(0).at(0));
  const Frames proof = caller.hear(server.challenge(), 1);
  std::vector<std::uint8_t> acknowledgement(acknowledgement_size);
  encode_acknowledgement({FrameType::hello_ack, 2}, acknowledgement);
  caller.hear(acknowledgement, 2);
  std::int64_t ms = 2;
  EXPECT_EQ(caller.wait(ms, 600), Frames{proof.back()});
}

TEST(DatagramClient, a_wrong_cookie_does_not_last_for_ever) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  server.hear_hello(caller.connect(0).at(0));
  caller.hear(server.hello_retry(0xBA), 1);  // a stranger's
  std::int64_t ms = 1;
  const Frames said = caller.wait(ms, 9000);
  EXPECT_FALSE(server.hear_hello(said.back()).cookie);
  const Frames again = caller.hear(server.hello_retry(0xC0), ms);
  EXPECT_EQ(server.hear_hello(again.back()).cookie->at(0), 0xC0);
}

TEST(DatagramClient, every_frame_of_a_server_is_acknowledged_and_repeated_ones_again) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  server.hear_hello(caller.connect(0).at(0));
  EXPECT_THAT(acknowledgements(caller.hear(server.hello_retry(), 1)),
              ElementsAre(Acknowledgement{FrameType::hello_retry, 0}));
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(acknowledgements(caller.hear(server.challenge(), 2)),
                ElementsAre(Acknowledgement{FrameType::challenge, 0}));
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(acknowledgements(caller.hear(server.session_ok(), 3)),
                ElementsAre(Acknowledgement{FrameType::session_ok, 0}));
  EXPECT_EQ(caller.count<Connected>(), 1u);
}

TEST(DatagramClient, what_comes_from_elsewhere_is_refused) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  server.hear_hello(caller.connect(0).at(0));
  Path other = server_path;
  other.peer.port = 9001;
  EXPECT_THAT(caller.hear(server.challenge(), 1, other), IsEmpty());
  EXPECT_EQ(caller.last<Dropped>().reason, Reason::unknown_peer);
}

TEST(DatagramClient, rubbish_is_counted_each_time_and_told_at_a_bounded_rate) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  const auto dropped = [&] { return caller.count<Dropped>(); };
  for (int i = 0; i < 100; ++i) caller.hear({0xCD, 0xAB, 2, 0x7E}, 10);
  EXPECT_EQ(caller.client.counters()[Reason::truncated], 100u);
  EXPECT_EQ(dropped(), 10u);
  EXPECT_TRUE(caller.client.session());
}

TEST(DatagramClient, a_batch_stops_where_there_is_no_room_for_an_event) {
  Calling caller(Calling::config());
  ScriptedServer server(Transport::datagrams);
  const auto side = caller.shake_hands(server, 0, caller.connect(0));
  ASSERT_TRUE(side->send("one"));
  Frames first = side->say(at_ms(1));
  side->hear_all(caller.hear_all({first[0]}, 1), at_ms(1));
  ASSERT_TRUE(side->send("two"));
  Frames second = side->say(at_ms(1));
  std::vector<std::uint8_t> untouched = second[0];
  Datagram batch[] = {{server_path, second[0]}, {server_path, untouched}};
  EXPECT_EQ(caller.client.input(batch, now_ms(2)), 1u);
  EXPECT_NE(second[0], untouched);
  EXPECT_EQ(caller.client.input(std::span(batch).subspan(1), now_ms(2)), 0u);
}

// --- Over a stream -----------------------------------------------------------------------------------

TEST(StreamClient, frames_may_be_cut_anywhere) {
  Caller<StreamClient> caller(Caller<StreamClient>::config());
  ScriptedServer server(Transport::stream);
  server.hear_hello(caller.connect(0).at(0));
  std::vector<std::uint8_t> waiting;
  std::size_t consumed = 0;
  for (const std::uint8_t byte : server.challenge()) {
    waiting.push_back(byte);
    consumed = caller.client.input(waiting, now_ms(1));
    if (waiting.size() < frame_size_of<Challenge>) { EXPECT_EQ(consumed, 0u); }
  }
  EXPECT_EQ(consumed, frame_size_of<Challenge>);
  EXPECT_THAT(types(caller.say(1)), ElementsAre(FrameType::hello_ack));
}

TEST(StreamClient, another_protocol_ends_the_attempt_at_once) {
  Caller<StreamClient> caller(Caller<StreamClient>::config());
  caller.connect(0);
  std::string_view http = "HTTP/1.1 400 Bad Request\r\n\r\n";
  std::vector<std::uint8_t> bytes(http.begin(), http.end());
  EXPECT_EQ(caller.client.input(bytes, now_ms(1)), bytes.size());
  EXPECT_FALSE(caller.client.wants_stream());
  caller.say(1);
  EXPECT_EQ(caller.last<Disconnected>().reason, Reason::bad_magic);
}

TEST(StreamClient, an_attempt_that_finds_nobody_is_repeated_and_version_1_is_no_answer_to_that) {
  Caller<StreamClient> caller(Caller<StreamClient>::config(Wires::both));
  caller.client.connect(now_ms(0));
  caller.lose_stream(0);
  EXPECT_EQ(caller.last<Disconnected>().stage, Stage::unreachable);
  EXPECT_FALSE(caller.client.wants_stream());
  std::int64_t ms = 0;
  caller.wait(ms, 2500);
  EXPECT_TRUE(caller.client.wants_stream());
  EXPECT_EQ(caller.last<Trying>().wire, Wire::v2);
}

TEST(StreamClient, the_next_attempt_waits_until_the_old_stream_is_gone) {
  Caller<StreamClient> caller(Caller<StreamClient>::config());
  caller.connect(0);
  std::int64_t ms = 0;
  caller.wait(ms, 60'000);
  EXPECT_FALSE(caller.client.wants_stream());
  caller.lose_stream(ms);
  caller.wait(ms, ms + 1);
  EXPECT_TRUE(caller.client.wants_stream());
}

}  // namespace
}  // namespace tacit::test
