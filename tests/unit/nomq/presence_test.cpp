// Who is here, and at which address: one node, and a peer that does only what it is made to do.
#include "tacit/nomq/presence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/nomq_ghost.hpp"

namespace tacit::nomq {
namespace {

using test::at;
using test::count;
using test::first;
using test::Ghost;
using test::Said;
using test::Station;

struct Pair {
  Station<> node{1};
  Ghost panel{2};
  Pair() { (void)node.say(at(0)); }

  Endpoint address() const { return node.node.peer(panel.session)->path.peer; }
  bool proven() const { return node.node.peer(panel.session)->proven; }
  // What the node asks an address, between two moments.
  std::vector<PacketId> asked(const Endpoint& where, double when) {
    std::vector<PacketId> ids;
    for (const Said& said : node.say(at(when)))
      if (said.type() == PacketType::heartbeat && said.path.peer == where &&
          HeartbeatFlags::of(said.header().flags).asks)
        ids.push_back(said.header().id);
    return ids;
  }
  std::optional<PeerChange::What> change(double when) {
    (void)node.say(at(when));
    const auto events = node.hear({}, panel.address, at(when));
    const auto* what = first<PeerChange>(events);
    return what ? std::optional(what->what) : std::nullopt;
  }
};

TEST(Presence, believes_the_first_address_and_proves_it_with_the_answer_to_an_ask) {
  Pair pair;
  (void)pair.panel.asks(pair.node, 1);
  EXPECT_EQ(pair.address(), pair.panel.address);
  EXPECT_FALSE(pair.proven());
  const auto ids = pair.asked(pair.panel.address, 1);
  ASSERT_EQ(ids.size(), 1u) << "an answer that asks";
  (void)pair.panel.answers(pair.node, PacketId{~static_cast<std::uint32_t>(ids[0])}, 1.1);
  EXPECT_FALSE(pair.proven()) << "the answer to another ask";
  (void)pair.panel.answers(pair.node, ids[0], 1.2);
  EXPECT_TRUE(pair.proven());
}

TEST(Presence, believes_no_answer_that_took_longer_than_5_s) {
  for (const double took : {4.9, 5.1}) {
    Pair pair;
    (void)pair.panel.asks(pair.node, 1);
    const auto ids = pair.asked(pair.panel.address, 1);
    ASSERT_EQ(ids.size(), 1u);
    (void)pair.panel.answers(pair.node, ids[0], 1 + took);
    EXPECT_EQ(pair.proven(), took < 5) << took;
  }
}

TEST(Presence, moves_a_peer_when_the_new_address_has_answered_and_not_before) {
  Pair pair;
  pair.panel.proves(pair.node, 1);
  ASSERT_TRUE(pair.proven());
  (void)pair.node.say(at(1.9));
  const Endpoint old = pair.panel.address;
  pair.panel.address = test::endpoint(77);
  (void)pair.panel.beats(pair.node, 2);
  EXPECT_EQ(pair.address(), old);
  const auto ids = pair.asked(pair.panel.address, 2);
  ASSERT_EQ(ids.size(), 1u) << "the challenge";
  EXPECT_EQ(pair.address(), old);
  (void)pair.panel.answers(pair.node, ids[0], 2.1);
  EXPECT_EQ(pair.address(), pair.panel.address);
  EXPECT_TRUE(pair.proven());
}

TEST(Presence, is_not_moved_by_a_copy_from_elsewhere) {
  Pair pair;
  pair.panel.proves(pair.node, 1);
  test::Forger forge;
  const Said beat = forge.heartbeat(pair.panel.session, PacketId{4711}, {}, at(2));
  (void)pair.panel.says(pair.node, beat, 2);
  (void)pair.node.hear({beat}, test::endpoint(77), at(2.1));
  EXPECT_TRUE(pair.asked(test::endpoint(77), 2.1).empty());
  EXPECT_EQ(pair.node.refused(Reason::replay), 1u);
  EXPECT_EQ(pair.address(), pair.panel.address);
}

// Whatever comes from an address that never answers, in whatever order: it gets no more than it sent, at any moment.
RC_GTEST_PROP(Presence, gives_an_address_that_proves_nothing_no_more_than_it_sent,
              (const std::vector<std::uint8_t>& deeds)) {
  Pair pair;
  RC_ASSERT(pair.node.node.subscribe("pressure", at(0)).has_value());
  RC_ASSERT(
      pair.node.node
          .publish({.channel = channel_id("pressure"), .message = bytes_of(std::string(500, 'x')), .retain = true},
                   at(0))
          .has_value());
  std::size_t in = 0, out = 0;
  double when = 1;
  std::uint32_t id = 1;
  test::Forger forge;
  const auto say = [&](const Said& said) {
    in += said.bytes.size();
    (void)pair.panel.says(pair.node, said, when);
  };
  const auto session = pair.panel.session;
  Header published;
  for (const std::uint8_t deed : deeds) {
    const PacketId next{id++};
    switch (deed % 8) {
      case 0: say(forge.naming(PacketType::subscribe, session, next, "pressure", at(when))); break;
      case 1: say(forge.naming(PacketType::unsubscribe, session, next, "pressure", at(when))); break;
      case 2: say(forge.heartbeat(session, next, {}, at(when), {}, ttl_default_s, {true, true})); break;
      case 3: say(forge.heartbeat(session, next, {PacketId{}, SessionId{}, 0xFFFF}, at(when))); break;
      case 4: say(forge.message(session, next, "pressure", "x", at(when))); break;
      case 5: say(forge.acknowledgement(session, published, at(when), PacketType::pubrel)); break;
      case 6:
        (void)pair.node.node.publish(
            {.channel = channel_id("pressure"), .message = bytes_of("3.2 bar"), .qos = Qos::exactly_once}, at(when));
        break;
      default: when += deed / 8 * 0.1;
    }
    for (const Said& said : pair.node.say(at(when))) {
      if (said.type() == PacketType::publish) published = said.header();
      if (said.path.peer == pair.panel.address) out += said.bytes.size();
    }
    RC_ASSERT(out <= in);
  }
}

TEST(Presence, has_spent_on_an_acknowledgement_what_it_cannot_spend_on_a_challenge) {
  Pair pair;
  ASSERT_TRUE(pair.node.node.subscribe("pressure", at(0)));
  ASSERT_TRUE(pair.node.node.publish(
      {.channel = channel_id("pressure"), .message = bytes_of("3.2 bar"), .retain = true}, at(0)));
  (void)pair.node.say(at(0.9));
  std::size_t in = sealed_size(8), out = 0;
  (void)pair.panel.subscribes(pair.node, "pressure", 1);
  for (std::uint32_t n = 1; n <= 20; ++n) {
    (void)pair.panel.publishes(pair.node, PacketId{n}, "x", 1);
    in += sealed_size(17);
  }
  for (double when = 1; when < 80; when += 0.1)
    for (const Said& said : pair.node.say(at(when)))
      if (said.path.peer == pair.panel.address) out += said.bytes.size();
  EXPECT_GT(out, 20 * sealed_size(4)) << "all is acknowledged, and the address challenged";
  EXPECT_LE(out, in);
}

TEST(Presence, asks_for_the_subscriptions_that_it_had_no_room_for_when_it_has) {
  constexpr Sizes one_interest{.channels = 8, .interests = 1};
  Station<one_interest> node{1};
  Ghost panel{2};
  (void)node.say(at(0));
  const auto wants = [&](double when) {
    (void)panel.beats(node, when);
    bool any = false;
    for (const Said& said : node.say(at(when)))
      if (said.path.peer == panel.address) any = any || HeartbeatFlags::of(said.header().flags).wants_subscriptions;
    return any;
  };
  (void)panel.subscribes(node, "pressure", 1);
  (void)panel.subscribes(node, "temperature", 1);
  EXPECT_EQ(node.refused(Reason::subscriptions_full), 1u);
  panel.proves(node, 1);
  for (double when = 2; when < 20; ++when) EXPECT_FALSE(wants(when)) << when;
  (void)panel.unsubscribes(node, "pressure", 20);
  (void)node.say(at(29));
  EXPECT_TRUE(wants(30));
}

TEST(Presence, loses_a_peer_after_three_silent_intervals_and_three_asks) {
  Pair pair;
  pair.panel.proves(pair.node, 1);
  (void)pair.change(1);
  std::vector<double> asked;
  double when = 1;
  for (; when < 120; when += 0.1) {
    const auto ids = pair.asked(pair.panel.address, when);
    if (!ids.empty()) asked.push_back(when);
    if (const auto what = pair.change(when)) {
      EXPECT_EQ(*what, PeerChange::What::lost);
      break;
    }
  }
  EXPECT_EQ(asked.size(), 3u);
  EXPECT_NEAR(asked.at(0), 91, 0.2);
  EXPECT_GT(when, asked.at(2) + 0.9) << "the last had time to be answered";
  EXPECT_LT(when, 110);
  EXPECT_FALSE(pair.node.node.peer(pair.panel.session)->present);
}

TEST(Presence, keeps_a_peer_that_answers_the_last_ask) {
  Pair pair;
  pair.panel.proves(pair.node, 1);
  (void)pair.change(1);
  std::size_t asks = 0;
  for (double when = 1; when < 120; when += 0.1) {
    const auto ids = pair.asked(pair.panel.address, when);
    asks += ids.size();
    if (asks == 3 && !ids.empty()) (void)pair.panel.answers(pair.node, ids[0], when);
    EXPECT_EQ(pair.change(when), std::nullopt) << when;
  }
}

TEST(Presence, owes_nothing_from_who_is_lost_and_sends_to_who_returned) {
  Pair pair;
  (void)pair.panel.subscribes(pair.node, "pressure", 1);
  pair.panel.proves(pair.node, 1);
  (void)pair.change(1);
  const auto publish = [&](double when) {
    return pair.node.node.publish(
        {.channel = channel_id("pressure"), .message = bytes_of("3.2 bar"), .qos = Qos::at_least_once}, at(when));
  };
  for (double when = 1; when < 60; when += 0.5) (void)pair.node.say(at(when));
  ASSERT_TRUE(publish(60));
  std::optional<Reason> reason;
  for (double when = 60; when < 110 && !reason; when += 0.5) {
    (void)pair.node.say(at(when));
    const auto events = pair.node.hear({}, {}, at(when));
    if (const auto* outcome = first<Outcome>(events)) reason = outcome->reason;
  }
  EXPECT_EQ(reason, Reason::peer_lost);
  ASSERT_TRUE(publish(111));
  (void)pair.node.say(at(111));
  auto events = pair.node.hear({}, {}, at(111));
  ASSERT_NE(first<Outcome>(events), nullptr);
  EXPECT_EQ(first<Outcome>(events)->reason, Reason::no_subscriber);

  events = pair.panel.beats(pair.node, 112);
  ASSERT_NE(first<PeerChange>(events), nullptr);
  EXPECT_EQ(first<PeerChange>(events)->what, PeerChange::What::returned);
  ASSERT_TRUE(publish(112));
  (void)pair.node.say(at(112));
  EXPECT_EQ(count<Outcome>(pair.node.hear({}, {}, at(112))), 0u) << "it owes again, without a new SUBSCRIBE";
}

TEST(Presence, forgets_who_says_goodbye) {
  Pair pair;
  (void)pair.panel.subscribes(pair.node, "pressure", 1);
  const auto events = pair.panel.leaves(pair.node, 2);
  const auto* change = first<PeerChange>(events);
  ASSERT_NE(change, nullptr);
  EXPECT_EQ(change->what, PeerChange::What::left);
  EXPECT_EQ(pair.node.node.peer(pair.panel.session), std::nullopt);
  EXPECT_FALSE(pair.node.node.listens(pair.panel.session, channel_id("pressure")));
  EXPECT_EQ(pair.change(200), std::nullopt) << "who left is not lost too";
}

TEST(Presence, knows_a_peer_under_its_new_session_with_all_that_it_listens_to) {
  Pair pair;
  (void)pair.panel.subscribes(pair.node, "pressure", 1);
  pair.panel.renews();
  (void)pair.panel.beats(pair.node, 2);
  EXPECT_TRUE(pair.node.node.listens(pair.panel.session, channel_id("pressure")));
  std::size_t peers = 0;
  pair.node.node.for_each_peer([&](const PeerView&) { ++peers; });
  EXPECT_EQ(peers, 1u);
}

TEST(Presence, asks_for_subscriptions_when_a_peer_says_that_it_has_others_and_believes_what_it_is_told) {
  Pair pair;
  (void)pair.panel.subscribes(pair.node, "pressure", 1);
  pair.panel.proves(pair.node, 1);
  pair.panel.claims("pressure");     // its UNSUBSCRIBE got lost
  pair.panel.claims("temperature");  // and so did this SUBSCRIBE
  (void)pair.panel.beats(pair.node, 2);
  bool wants = false;
  for (const Said& said : pair.node.say(at(2)))
    if (said.path.peer == pair.panel.address) wants = HeartbeatFlags::of(said.header().flags).wants_subscriptions;
  EXPECT_TRUE(wants);
  pair.panel.claims("temperature");
  (void)pair.panel.subscribes(pair.node, "temperature", 2.1);
  EXPECT_TRUE(pair.node.node.listens(pair.panel.session, channel_id("temperature")));
  EXPECT_FALSE(pair.node.node.listens(pair.panel.session, channel_id("pressure")));
}

TEST(Presence, answers_every_ask_once_and_the_group_after_a_while) {
  Pair pair;
  pair.panel.proves(pair.node, 1);
  test::Forger forge;
  Said ask = forge.heartbeat(pair.panel.session, PacketId{4711}, {}, at(2), {}, ttl_default_s, {true, false});
  ask.path.to_group = true;
  (void)pair.panel.says(pair.node, ask, 2);
  std::size_t answers = 0;
  for (double when = 2; when < 4; when += 0.01)
    for (const Said& said : pair.node.say(at(when))) {
      if (said.path.peer != pair.panel.address) continue;
      ++answers;
      EXPECT_LE(when, 2.06);
      EXPECT_FALSE(HeartbeatFlags::of(said.header().flags).asks) << "there is nothing to prove";
    }
  EXPECT_EQ(answers, 1u);
}

TEST(Presence, tells_the_group_of_itself_every_30_s_and_three_times_of_a_change) {
  Station<> node{1};
  const auto beats = [&](double from, double until) {
    std::vector<double> times;
    for (double when = from; when < until; when += 0.01)
      for (const Said& said : node.say(at(when)))
        if (said.type() == PacketType::heartbeat && said.path.to_group && !HeartbeatFlags::of(said.header().flags).asks)
          times.push_back(when);
    return times;
  };
  EXPECT_THAT(beats(0, 26), testing::IsEmpty());
  EXPECT_THAT(beats(26, 34), testing::SizeIs(1));
  ASSERT_TRUE(node.node.subscribe("pressure", at(35)));
  EXPECT_THAT(beats(35, 40), testing::ElementsAre(testing::DoubleNear(35.05, 0.02), testing::DoubleNear(35.5, 0.02),
                                                  testing::DoubleNear(38, 0.02)));
}

}  // namespace
}  // namespace tacit::nomq
