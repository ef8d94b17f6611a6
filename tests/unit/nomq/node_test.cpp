// What a node does for its owner: nodes in a network that loses nothing, or what the test says.
#include "tacit/nomq/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nomq_forge.hpp"
#include "tests/support/nomq_room.hpp"

namespace tacit::nomq {
namespace {

using namespace literals;
using test::Guest;
using testing::ElementsAre;

struct Pair {
  explicit Pair(const Config& config = {}, const Config& of_listener = {})
      : pump(network, 1, config), panel(network, 2, of_listener) {}
  sim::Network network{1, {}};
  Guest<> pump, panel;
};

TEST(Node, carries_a_message_of_each_qos_to_a_subscriber) {
  Pair pair;
  pair.panel.subscribe("pressure");
  pair.network.run(1_s);
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    const auto handle = pair.pump.publish("pressure", "3.2 bar", qos);
    ASSERT_TRUE(handle);
    pair.network.run(1_s);
    ASSERT_EQ(pair.panel.heard.size(), 1u) << static_cast<int>(qos);
    const auto& [text, message] = pair.panel.heard[0];
    EXPECT_EQ(text, "3.2 bar");
    EXPECT_EQ(message.from, pair.pump.node.session());
    EXPECT_EQ(message.qos, qos);
    pair.panel.heard.clear();
    if (qos == Qos::at_most_once) {
      EXPECT_TRUE(pair.pump.outcomes.empty());
      continue;
    }
    ASSERT_EQ(pair.pump.outcomes.size(), 1u);
    EXPECT_EQ(pair.pump.outcomes[0].handle, *handle);
    EXPECT_EQ(pair.pump.outcomes[0].delivered, 1);
    EXPECT_EQ(pair.pump.outcomes[0].given_up, 0);
    EXPECT_EQ(pair.pump.outcomes[0].reason, std::nullopt);
    EXPECT_THAT(pair.pump.who_has[0], ElementsAre(pair.panel.node.session()));
    pair.pump.outcomes.clear();
    pair.pump.who_has.clear();
  }
  EXPECT_TRUE(pair.pump.node.idle());
}

TEST(Node, answers_what_the_group_was_sent_to_its_sender_alone) {
  Pair pair;
  pair.panel.subscribe("pressure");
  pair.network.run(1_s);
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    pair.network.on_sent = [&](const sim::Packet& packet) {
      const auto type = wire::decode<Header>(packet.bytes)->type;
      if (type == PacketType::heartbeat) return;
      EXPECT_EQ(packet.to_group, type == PacketType::publish) << static_cast<int>(type);
    };
    ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", qos));
    pair.network.run(1_s);
  }
  EXPECT_EQ(pair.panel.heard.size(), 2u);
}

TEST(Node, asks_less_and_less_often_for_subscriptions_that_never_arrive) {
  Pair pair;
  unsigned heartbeats = 0;
  pair.network.on_sent = [&](const sim::Packet& packet) {
    heartbeats += wire::decode<Header>(packet.bytes)->type == PacketType::heartbeat;
  };
  pair.network.loses = [](const sim::Packet& packet, const Endpoint&) {
    return wire::decode<Header>(packet.bytes)->type == PacketType::subscribe;
  };
  pair.panel.subscribe("pressure");
  pair.network.run(60_s);
  EXPECT_LT(heartbeats, 100u);
  pair.network.loses = nullptr;
  pair.network.run(10_s);
  EXPECT_TRUE(pair.pump.node.listens(pair.panel.node.session(), channel_id("pressure")));
}

TEST(Node, believes_that_a_peer_listens_to_nothing_although_its_unsubscribe_was_lost) {
  Pair pair;
  pair.panel.subscribe("pressure");
  pair.network.run(5_s);
  pair.network.loses = [](const sim::Packet& packet, const Endpoint&) {
    return wire::decode<Header>(packet.bytes)->type == PacketType::unsubscribe;
  };
  pair.panel.unsubscribe("pressure");
  pair.network.run(5_s);
  EXPECT_FALSE(pair.pump.node.listens(pair.panel.node.session(), channel_id("pressure")));
}

TEST(Node, tells_a_publisher_that_nobody_listens) {
  Pair pair;
  pair.panel.subscribe("temperature");
  pair.network.run(1_s);
  ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", Qos::at_least_once));
  pair.network.run(1_s);
  ASSERT_EQ(pair.pump.outcomes.size(), 1u);
  EXPECT_EQ(pair.pump.outcomes[0].reason, Reason::no_subscriber);
  EXPECT_EQ(pair.pump.outcomes[0].delivered, 0);
}

TEST(Node, a_first_publish_waits_until_subscribers_were_looked_for) {
  sim::Network network{1, {}};
  Guest<> panel(network, 2);
  panel.subscribe("pressure");
  network.run(40_s);
  Guest<> pump(network, 1);
  ASSERT_TRUE(pump.publish("pressure", "3.2 bar", Qos::at_least_once));
  network.run(400_ms);
  EXPECT_TRUE(panel.heard.empty());
  network.run(600_ms);
  EXPECT_THAT(panel.texts(), ElementsAre("3.2 bar"));
  ASSERT_EQ(pump.outcomes.size(), 1u);
  EXPECT_EQ(pump.outcomes[0].delivered, 1);
}

TEST(Node, gives_what_is_retained_to_who_subscribes_later) {
  Pair pair;
  const ChannelId id = channel_id("pressure");
  for (const std::string_view text : {"1 bar", "2 bar", "3 bar"}) {
    ASSERT_TRUE(
        pair.pump.publish({.channel = id, .message = bytes_of(text), .qos = Qos::at_least_once, .retain = true}));
    pair.network.run(1_s);
  }
  EXPECT_TRUE(pair.panel.heard.empty());
  pair.panel.subscribe("pressure");
  pair.network.run(2_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("1 bar", "2 bar", "3 bar"));
  EXPECT_TRUE(pair.panel.heard.at(0).message.retain);
}

TEST(Node, acknowledges_when_its_owner_accepts_and_not_before) {
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    Pair pair({}, {.manual_acknowledgement = true});
    pair.panel.subscribe("pressure");
    pair.network.run(1_s);
    ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", qos));
    pair.network.run(3_s);
    ASSERT_EQ(pair.panel.heard.size(), 1u);
    EXPECT_TRUE(pair.pump.outcomes.empty());
    const Token token = pair.panel.heard[0].message.token;
    ASSERT_NE(token, Token::none);
    EXPECT_TRUE(pair.panel.node.accept(token));
    EXPECT_EQ(pair.panel.node.accept(token).error(), Reason::unknown_token);
    pair.panel.host.speak();
    pair.network.run(3_s);
    ASSERT_EQ(pair.pump.outcomes.size(), 1u);
    EXPECT_EQ(pair.pump.outcomes[0].delivered, 1);
    EXPECT_EQ(pair.panel.heard.size(), 1u);
  }
}

TEST(Node, gives_every_message_a_token_that_finds_it_also_when_the_numbers_begin_again) {
  constexpr Sizes many{.receipts = 600'000};  // the more, the sooner 32 bits are used up
  const auto node = std::make_unique<test::Station<many>>(std::uint8_t{1}, Config{.manual_acknowledgement = true});
  test::Forger forge;
  (void)node->say(test::at(0));
  ASSERT_TRUE(node->node.subscribe("pressure", test::at(0)));
  (void)node->say(test::at(0));
  for (std::uint32_t n = 0; n < 2 * (0xFFFF'FFFFu / many.receipts); ++n) {
    const auto events = node->hear({forge.message(SessionId{7}, PacketId{n}, "pressure", "x", test::at(1))},
                                   test::endpoint(2), test::at(1));
    const auto* message = test::first<Message>(events);
    ASSERT_NE(message, nullptr) << n;
    ASSERT_NE(message->token, Token::none) << n;
    ASSERT_TRUE(node->node.accept(message->token)) << n;
    (void)node->say(test::at(1));
  }
}

TEST(Node, tells_of_all_subscriptions_although_one_ended_before_the_last_was_told) {
  test::Station<> node(1);
  (void)node.say(test::at(0));
  ASSERT_TRUE(node.node.subscribe("a", test::at(0)));
  ASSERT_TRUE(node.node.subscribe("b", test::at(0)));
  EXPECT_EQ(count(node.say(test::at(0)), PacketType::subscribe), 2u);
  ASSERT_TRUE(node.node.subscribe("c", test::at(0)));
  ASSERT_TRUE(node.node.unsubscribe("a", test::at(0)));
  const auto said = node.say(test::at(0));
  EXPECT_TRUE(std::ranges::any_of(said, [](const test::Said& one) {
    return one.type() == PacketType::subscribe && one.header().channel == channel_id("c");
  }));
}

TEST(Node, completes_at_an_address_whose_session_was_renewed_in_between) {
  Pair pair;
  pair.panel.subscribe("pressure");
  pair.network.run(298_s);
  pair.network.loses = [&](const sim::Packet& packet, const Endpoint&) {
    return wire::decode<Header>(packet.bytes)->type == PacketType::pubcomp;
  };
  const SessionId before = pair.panel.node.session();
  ASSERT_TRUE(pair.pump.publish({.channel = channel_id("pressure"),
                                 .message = bytes_of("3.2 bar"),
                                 .qos = Qos::exactly_once,
                                 .to = pair.panel.address}));
  pair.network.run(4_s);
  ASSERT_NE(pair.panel.node.session(), before);
  pair.network.loses = nullptr;
  pair.network.run(60_s);
  ASSERT_EQ(pair.pump.outcomes.size(), 1u);
  EXPECT_EQ(pair.pump.outcomes[0].delivered, 1);
  EXPECT_EQ(pair.pump.outcomes[0].given_up, 0);
}

TEST(Node, answers_a_ping) {
  Pair pair;
  pair.network.run(1_s);
  const auto ping = pair.pump.node.ping({.peer = pair.panel.address}, pair.pump.now());
  ASSERT_TRUE(ping);
  pair.pump.host.speak();
  pair.network.run(1_s);
  ASSERT_EQ(pair.pump.answered.size(), 1u);
  EXPECT_EQ(pair.pump.answered[0].ping, *ping);
  EXPECT_EQ(pair.pump.answered[0].by, pair.panel.node.session());
}

TEST(Node, sees_a_peer_come_and_leave) {
  Pair pair;
  pair.network.run(1_s);
  EXPECT_EQ(pair.pump.changes(PeerChange::What::appeared), 1u);
  pair.panel.node.goodbye();
  pair.panel.host.speak();
  pair.network.run(1_s);
  EXPECT_EQ(pair.pump.changes(PeerChange::What::left), 1u);
  EXPECT_FALSE(pair.pump.node.peer(pair.panel.node.session()));
}

TEST(Node, sees_a_peer_lost_and_returned) {
  Pair pair;
  pair.panel.subscribe("pressure");
  pair.network.run(10_s);
  pair.network.put_on_island(pair.panel.address, 1);
  pair.network.run(150_s);
  EXPECT_EQ(pair.pump.changes(PeerChange::What::lost), 1u);
  pair.network.join_islands();
  pair.network.run(60_s);
  EXPECT_EQ(pair.pump.changes(PeerChange::What::returned), 1u);
  ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", Qos::exactly_once));
  pair.network.run(2_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("3.2 bar"));
}

TEST(Node, drops_its_own_packets_that_come_back) {
  Pair pair;
  pair.network.run(5_s);
  EXPECT_GT(pair.pump.refused(Reason::own), 0u);
  EXPECT_EQ(pair.pump.node.peer(pair.pump.node.session()), std::nullopt);
}

TEST(Node, its_own_packets_that_come_back_are_not_even_opened) {
  test::Station<> pump(1);
  (void)pump.node.publish({.channel = channel_id("pressure"), .message = bytes_of("3.2 bar")}, test::at(5));
  const auto said = pump.say(test::at(5));
  ASSERT_FALSE(said.empty());
  for (const auto& packet : said) {
    auto bytes = packet.bytes;
    Datagram datagram{packet.path, bytes};
    EXPECT_EQ(pump.node.input({&datagram, 1}, test::at(6)), 1u);
    EXPECT_EQ(bytes, packet.bytes);
  }
  EXPECT_EQ(pump.node.counters()[Reason::own], said.size());
}

TEST(Node, tells_one_forgery_in_a_flood_of_repeats) {
  test::Station<> pump(1), panel(2);
  (void)panel.node.subscribe("pressure", test::at(0));
  (void)pump.node.publish({.channel = channel_id("pressure"), .message = bytes_of("3.2 bar")}, test::at(5));
  const auto said = pump.say(test::at(5));
  ASSERT_FALSE(said.empty());
  (void)panel.hear(said, pump.address, test::at(6));
  std::size_t told = 0;
  for (int i = 0; i < 200; ++i) told += test::count<Dropped>(panel.hear(said, pump.address, test::at(6)));
  EXPECT_LT(told, 20u);

  auto forged = said;
  forged[0].bytes.back() ^= 1;
  forged.resize(1);
  const auto events = panel.hear(forged, pump.address, test::at(6));
  const auto* dropped = test::first<Dropped>(events);
  ASSERT_NE(dropped, nullptr);
  EXPECT_EQ(dropped->reason, Reason::bad_mac);
  EXPECT_EQ(test::count<Dropped>(panel.hear(forged, pump.address, test::at(6))), 0u);
  EXPECT_EQ(test::count<Dropped>(panel.hear(forged, pump.address, test::at(7.5))), 1u);
}

TEST(Node, without_a_wall_clock_says_and_believes_nothing) {
  Pair pair;
  pair.panel.host.set_wall_clock(false);
  EXPECT_EQ(pair.panel.node.publish({.message = bytes_of("x")}, pair.panel.now()).error(), Reason::no_wall_clock);
  pair.network.run(3_s);
  EXPECT_GT(pair.panel.refused(Reason::no_wall_clock), 0u);
  EXPECT_EQ(pair.panel.node.traffic().packets_out, 0u);
}

constexpr Config legacy{.profile = Profile::legacy};

TEST(LegacyNode, carries_a_message_of_each_qos) {
  Pair pair(legacy, legacy);
  pair.panel.subscribe("pressure");
  pair.network.run(1_s);
  for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
    pair.panel.heard.clear();
    pair.pump.outcomes.clear();
    ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", qos));
    pair.network.run(5_s);
    EXPECT_THAT(pair.panel.texts(), ElementsAre("3.2 bar"));
    if (qos == Qos::at_most_once) continue;
    ASSERT_EQ(pair.pump.outcomes.size(), 1u);
    EXPECT_EQ(pair.pump.outcomes[0].delivered, 1);
    EXPECT_EQ(pair.pump.outcomes[0].reason, std::nullopt);
  }
}

TEST(LegacyNode, that_leaves_before_anybody_answered_says_why_nobody_was_counted) {
  Pair pair(legacy, legacy);
  ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", Qos::at_least_once));
  pair.network.run(1_s);
  pair.pump.node.goodbye();
  pair.pump.host.speak();
  ASSERT_EQ(pair.pump.outcomes.size(), 1u);
  EXPECT_EQ(pair.pump.outcomes[0].reason, Reason::closed);
}

TEST(LegacyNode, tells_a_publisher_that_nobody_answered) {
  Pair pair(legacy, legacy);
  ASSERT_TRUE(pair.pump.publish("pressure", "3.2 bar", Qos::at_least_once));
  pair.network.run(24_s);
  EXPECT_TRUE(pair.pump.outcomes.empty());
  pair.network.run(2_s);
  ASSERT_EQ(pair.pump.outcomes.size(), 1u);
  EXPECT_EQ(pair.pump.outcomes[0].reason, Reason::no_subscriber);
}

}  // namespace
}  // namespace tacit::nomq
