#include <gmock/gmock.h>

#include <deque>
#include <random>

#include "tests/support/usmp_side.hpp"

// Keys change while messages are on their way: nothing is lost, whoever begins, and whatever is lost on the way.
namespace tacit::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace usmp;

Side::Plan plan(Role role, Transport transport = Transport::datagrams) {
  return {.role = role, .transport = transport};
}
std::uint8_t seq_of(const std::vector<std::uint8_t>& frame) { return frame[4]; }

class SessionRekeyOver : public testing::TestWithParam<Transport> {
 protected:
  Side a{plan(Role::client, GetParam())}, b{plan(Role::server, GetParam())};
};
INSTANTIATE_TEST_SUITE_P(both, SessionRekeyOver, testing::Values(Transport::datagrams, Transport::stream));

TEST_P(SessionRekeyOver, after_a_rekey_both_count_from_0_under_new_keys) {
  ASSERT_TRUE(a.send("before"));
  converse(a, b, at_ms(1));
  ASSERT_TRUE(a.session.rekey());
  converse(a, b, at_ms(2));
  EXPECT_EQ(a.pongs, 1);  // both have settled
  ASSERT_TRUE(a.send("after"));
  const Frames said = a.say(at_ms(3));
  EXPECT_EQ(seq_of(said[0]), 1);  // PING was 0
  std::vector<std::uint8_t> copy = said[0];
  const auto frame = decode_datagram(copy, Wires::v2);
  EXPECT_EQ(open(crypto::AesGcm(some_keys().client_to_server.reveal()), some_session, *frame).error(), Reason::bad_mac);
  b.hear_all(said, at_ms(3));
  EXPECT_THAT(b.heard, ElementsAre("before", "after"));
}

// Upstream forgets to begin its count of what is too old anew.
TEST_P(SessionRekeyOver, regression_rekey_after_more_than_64_frames_loses_nothing) {
  for (const auto initiator : {&a, &b}) {
    for (int i = 0; i < 80; ++i) {
      ASSERT_TRUE(a.send("request"));
      ASSERT_TRUE(b.send("reply"));
      converse(a, b, at_ms(1));
    }
    ASSERT_TRUE(initiator->session.rekey());
    converse(a, b, at_ms(2000));
  }
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(a.send("request"));
    ASSERT_TRUE(b.send("reply"));
    converse(a, b, at_ms(3000));
  }
  EXPECT_THAT(a.heard, SizeIs(190));
  EXPECT_THAT(b.heard, SizeIs(190));
  EXPECT_EQ(a.delivered() + b.delivered(), 380u);
}

// Upstream ends a stream there, and loses acknowledged datagrams.
TEST_P(SessionRekeyOver, regression_rekey_with_frames_in_flight_loses_nothing) {
  ASSERT_TRUE(a.session.rekey());
  const Frames rekey = a.say(at_ms(1));
  ASSERT_TRUE(b.send(1000));
  const Frames data = b.say(at_ms(1));  // they cross
  ASSERT_TRUE(a.send("after"));
  b.hear_all(rekey, at_ms(2));
  a.hear_all(data, at_ms(2));
  converse(a, b, at_ms(3));
  EXPECT_THAT(a.heard, SizeIs(1));
  EXPECT_THAT(b.heard, ElementsAre("after"));
  EXPECT_EQ(a.delivered() + b.delivered(), 2u);
  EXPECT_FALSE(a.session.ended());
  EXPECT_THAT(a.refused, IsEmpty());
}

// A server that changes keys right after a reply meets the client's next request under the old ones.
TEST_P(SessionRekeyOver, regression_rekey_after_a_reply_loses_no_request) {
  ASSERT_TRUE(a.send("request"));
  converse(a, b, at_ms(1));
  ASSERT_TRUE(b.send("reply"));
  ASSERT_TRUE(b.session.rekey());
  Frames from_b = b.say(at_ms(2));  // a stream: REKEY too
  ASSERT_TRUE(a.send("next request"));
  const Frames from_a = a.say(at_ms(2));
  a.hear_all(from_b, at_ms(3));
  b.hear_all(from_a, at_ms(3));
  converse(a, b, at_ms(4));
  EXPECT_THAT(b.heard, ElementsAre("request", "next request"));
  EXPECT_THAT(a.heard, ElementsAre("reply"));
  EXPECT_FALSE(a.session.ended());
  EXPECT_FALSE(b.session.ended());
}

// Upstream's two sides never understand each other again.
TEST_P(SessionRekeyOver, regression_simultaneous_rekeys_converge) {
  ASSERT_TRUE(a.send("one"));
  ASSERT_TRUE(b.send("one"));
  converse(a, b, at_ms(1));
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(a.session.rekey());
    ASSERT_TRUE(b.session.rekey());
    Frames from_a = a.say(at_ms(1000 * round + 10));
    ASSERT_TRUE(b.send("right behind"));
    Frames from_b = b.say(at_ms(1000 * round + 10));
    a.hear_all(from_b, at_ms(1000 * round + 20));
    b.hear_all(from_a, at_ms(1000 * round + 20));
    for (int ms = 30; ms < 900; ms += 100) converse(a, b, at_ms(1000 * round + ms));
  }
  ASSERT_TRUE(a.send("two"));
  ASSERT_TRUE(b.send("two"));
  for (int ms = 9000; ms < 15'000; ms += 500) converse(a, b, at_ms(ms));
  EXPECT_THAT(a.heard, ElementsAre("one", "right behind", "right behind", "right behind", "two"));
  EXPECT_THAT(b.heard, ElementsAre("one", "two"));
  EXPECT_FALSE(a.session.ended());
  EXPECT_FALSE(b.session.ended());
}

TEST_P(SessionRekeyOver, keys_change_by_themselves_before_the_counter_runs_out) {
  Side::Plan plan_a = plan(Role::client, GetParam());
  plan_a.peer_takes_rekey = true;
  Side one(plan_a);
  one.session.skip_to(0xFFFF'0000 - 1);
  if (GetParam() == Transport::stream) return;  // b would have to have seen all of them
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(one.send("on and on"));
    converse(one, b, at_ms(i));
  }
  EXPECT_THAT(b.heard, SizeIs(4));
  ASSERT_TRUE(one.send("the next"));
  EXPECT_EQ(seq_of(one.say(at_ms(5))[0]), 4);  // after PING and three messages
}

TEST_P(SessionRekeyOver, a_second_rekey_waits_until_the_first_has_settled) {
  ASSERT_TRUE(a.session.rekey());
  Frames first = a.say(at_ms(1));
  ASSERT_TRUE(a.session.rekey());
  const Frames nothing_yet = a.say(at_ms(1));
  EXPECT_TRUE(std::ranges::none_of(nothing_yet, [](const auto& f) { return type_of(f) == FrameType::rekey; }));
  b.hear_all(first, at_ms(2));
  converse(a, b, at_ms(3));
  ASSERT_TRUE(a.send("under the third keys"));
  converse(a, b, at_ms(4));
  EXPECT_THAT(b.heard, ElementsAre("under the third keys"));
  EXPECT_EQ(a.pongs, 2);
}

TEST(SessionRekey, version_1_has_none) {
  Side one({.role = Role::client, .wire = Wire::v1});
  EXPECT_EQ(one.session.rekey().error(), Reason::not_supported);
}

TEST(SessionRekey, a_salt_of_another_size_is_refused) {
  Side b(plan(Role::server));
  std::vector<std::uint8_t> frame(sealed_size(31));
  seal(crypto::AesGcm(some_keys().client_to_server.reveal()), some_session, {.type = FrameType::rekey},
       std::vector<std::uint8_t>(31), frame);
  EXPECT_EQ(b.hear(frame, at_ms(1)).error(), Reason::bad_length);
}

// --- Over datagrams, where any of it may be lost -----------------------------------------------------

struct Pair {
  Side a{plan(Role::client)}, b{plan(Role::server)};
};

TEST(SessionRekey, a_lost_rekey_leaves_again_under_the_old_keys) {
  Pair p;
  ASSERT_TRUE(p.a.session.rekey());
  const Frames lost = p.a.say(at_ms(0));
  ASSERT_TRUE(p.b.send("meanwhile"));
  p.a.hear_all(p.b.say(at_ms(10)), at_ms(10));
  p.b.hear_all(p.a.say(at_ms(10)), at_ms(10));
  EXPECT_EQ(p.b.delivered(), 1u);
  EXPECT_EQ(p.a.say(at_ms(501)), lost);
}

TEST(SessionRekey, where_its_acknowledgement_is_lost_a_frame_under_the_new_keys_does_as_well) {
  Pair p;
  ASSERT_TRUE(p.a.session.rekey());
  p.b.hear_all(p.a.say(at_ms(0)), at_ms(1));
  const Frames lost = p.b.say(at_ms(1));
  ASSERT_TRUE(p.b.send("under the new keys"));
  p.a.hear_all(p.b.say(at_ms(2)), at_ms(2));
  EXPECT_THAT(p.a.heard, ElementsAre("under the new keys"));
  ASSERT_TRUE(p.a.send("so are these"));
  converse(p.a, p.b, at_ms(3));
  EXPECT_THAT(p.b.heard, ElementsAre("so are these"));
}

// Number 0 under the old keys and under the new ones: only opening tells which.
TEST(SessionRekey, the_very_first_frame_may_be_one_and_may_come_again) {
  Pair p;
  ASSERT_TRUE(p.a.session.rekey());
  const Frames rekey = p.a.say(at_ms(0));
  p.b.hear_all(rekey, at_ms(1));
  const Frames lost = p.b.say(at_ms(1));
  const Frames again = p.a.say(at_ms(501));
  EXPECT_EQ(again, rekey);
  p.b.hear_all(again, at_ms(502));
  const Frames acknowledged = p.b.say(at_ms(502));
  EXPECT_EQ(acknowledged, lost);
  p.a.hear_all(acknowledged, at_ms(503));
  EXPECT_EQ(p.a.acknowledged, 1);
  ASSERT_TRUE(p.a.send("number 1"));
  converse(p.a, p.b, at_ms(504));
  EXPECT_THAT(p.b.heard, ElementsAre("number 1"));
}

TEST(SessionRekey, the_rest_of_a_message_in_fragments_follows_under_the_keys_that_it_began_with) {
  Pair p;
  ASSERT_TRUE(p.b.send(1808));
  ASSERT_TRUE(p.a.session.rekey());
  const Frames fragment = p.b.say(at_ms(0));
  p.b.hear_all(p.a.say(at_ms(0)), at_ms(1));
  p.a.hear_all(fragment, at_ms(1));
  converse(p.a, p.b, at_ms(2));
  EXPECT_EQ(p.a.heard.at(0).size(), 1808u);
  EXPECT_EQ(p.b.delivered(), 1u);
  EXPECT_EQ(p.a.pongs, 1);
}

TEST(SessionRekey, strangers_cannot_change_keys) {
  Pair p;
  std::vector<std::uint8_t> frame(sealed_size(32));
  const std::array<std::uint8_t, 32> key{};
  seal(crypto::AesGcm(key), some_session, {.type = FrameType::rekey}, std::vector<std::uint8_t>(32), frame);
  EXPECT_EQ(p.b.hear(frame, at_ms(1)).error(), Reason::bad_mac);
  ASSERT_TRUE(p.a.send("as before"));
  converse(p.a, p.b, at_ms(2));
  EXPECT_THAT(p.b.heard, ElementsAre("as before"));
}

// --- Seeds -------------------------------------------------------------------------------------------

// What is on its way from one to the other: a stream keeps its order, and datagrams nothing.
class Line {
 public:
  Line(Transport transport, std::mt19937& dice) : transport_(transport), dice_(dice) {}
  void push(const Frames& said) {
    for (const auto& one : said) {
      if (transport_ == Transport::datagrams && dice_() % 4 == 0) continue;
      on_their_way_.push_back(one);
      if (transport_ == Transport::datagrams && dice_() % 8 == 0) on_their_way_.push_back(one);
    }
  }
  std::optional<std::vector<std::uint8_t>> pop() {
    if (on_their_way_.empty() || dice_() % 2 == 0) return std::nullopt;
    const auto place = transport_ == Transport::stream ? 0 : dice_() % on_their_way_.size();
    const auto one = on_their_way_[place];
    on_their_way_.erase(on_their_way_.begin() + static_cast<std::ptrdiff_t>(place));
    return one;
  }

 private:
  Transport transport_;
  std::mt19937& dice_;
  std::deque<std::vector<std::uint8_t>> on_their_way_;
};

TEST_P(SessionRekeyOver, whoever_begins_whenever_messages_arrive_whole_once_and_in_order) {
  int rekeys = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 dice(seed);
    Side one(plan(Role::client, GetParam())), two(plan(Role::server, GetParam()));
    Line to_two(GetParam(), dice), to_one(GetParam(), dice);
    std::vector<std::string> from_one, from_two;
    int rekeys_of_this_second = 0;  // or there would be too many control frames
    const auto maybe_speak = [&](Side& side, std::vector<std::string>& sent) {
      if (dice() % 16 == 0) {
        std::string text(dice() % 1809, static_cast<char>('a' + sent.size() % 26));
        if (side.send(text)) sent.push_back(std::move(text));
      }
      if (dice() % 128 == 0 && ++rekeys_of_this_second < 3) rekeys += side.session.rekey().has_value();
    };
    std::int64_t ms = 0;
    for (int step = 0; step < 20'000 && !one.session.ended() && !two.session.ended(); ++step, ms += 20) {
      const bool talking = step < 1500;
      if (step % 50 == 0) rekeys_of_this_second = 0;
      if (talking) maybe_speak(one, from_one);
      if (talking) maybe_speak(two, from_two);
      if (!talking && one.session.idle() && two.session.idle()) break;
      one.session.timeout(at_ms(ms));
      two.session.timeout(at_ms(ms));
      if (dice() % 2) to_two.push(one.say(at_ms(ms)));
      if (dice() % 2) to_one.push(two.say(at_ms(ms)));
      if (const auto bytes = to_two.pop()) (void)two.hear(*bytes, at_ms(ms));
      if (const auto bytes = to_one.pop()) (void)one.hear(*bytes, at_ms(ms));
    }
    for (int i = 0; i < 4000 && GetParam() == Transport::stream; ++i) {  // what is written still has to be read
      to_two.push(one.say(at_ms(ms)));
      to_one.push(two.say(at_ms(ms)));
      if (const auto bytes = to_two.pop()) (void)two.hear(*bytes, at_ms(ms));
      if (const auto bytes = to_one.pop()) (void)one.hear(*bytes, at_ms(ms));
    }
    // Five transmissions are lost now and then, and then the session is over: what arrived is right all the same.
    const auto check = [&](const Side& from, const Side& to, const std::vector<std::string>& sent) {
      ASSERT_LE(to.heard.size(), sent.size());
      EXPECT_TRUE(std::ranges::equal(to.heard, std::span(sent).first(to.heard.size())));
      EXPECT_LE(from.delivered(), to.heard.size());
      if (!one.session.ended() && !two.session.ended()) {
        EXPECT_EQ(to.heard.size(), sent.size());
        EXPECT_EQ(from.delivered(), sent.size());
      }
    };
    check(one, two, from_one);
    check(two, one, from_two);
    for (const Side* side : {&one, &two}) {
      if (side->session.ended()) { EXPECT_EQ(*side->session.ended(), Reason::no_acknowledgement); }
    }
    if (GetParam() == Transport::stream) { EXPECT_FALSE(one.session.ended()); }
    if (HasFailure()) return;
  }
  EXPECT_GT(rekeys, 1000);
}

}  // namespace
}  // namespace tacit::test
