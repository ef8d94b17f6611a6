// Retained messages reach who subscribes later, one after the other, and nobody else.
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
  sim::Network network{1, {}};
  Guest<> pump{network, 1}, panel{network, 2};

  void keep(std::initializer_list<std::string_view> texts) {
    network.run(1_s);
    for (const std::string_view text : texts)
      EXPECT_TRUE(pump.publish(
          {.channel = channel_id("pressure"), .message = bytes_of(text), .qos = Qos::at_least_once, .retain = true}));
    network.run(1_s);
  }
};

bool is_acknowledgement(const sim::Packet& packet, const Endpoint&) {
  return wire::decode<Header>(packet.bytes)->type == PacketType::ack;
}

TEST(Retained, are_not_sent_any_more_to_who_unsubscribes_after_the_first) {
  Pair pair;
  pair.keep({"1 bar", "2 bar", "3 bar"});
  pair.network.loses = is_acknowledgement;
  pair.panel.subscribe("pressure");
  pair.network.run(300_ms);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("1 bar"));
  pair.network.loses = nullptr;
  pair.panel.unsubscribe("pressure");
  unsigned published = 0;
  pair.network.on_sent = [&](const sim::Packet& packet) {
    published += wire::decode<Header>(packet.bytes)->type == PacketType::publish;
  };
  pair.network.run(10_s);
  EXPECT_EQ(published, 0u);
  EXPECT_TRUE(pair.pump.node.idle());

  pair.panel.subscribe("pressure");
  pair.network.run(2_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("1 bar", "1 bar", "2 bar", "3 bar"));
}

TEST(Retained, stay_in_order_while_their_receiver_takes_a_new_session) {
  Pair pair;
  pair.keep({"1 bar", "2 bar", "3 bar"});
  const SessionId before = pair.panel.node.session();
  pair.network.loses = is_acknowledgement;
  pair.panel.subscribe("pressure");
  pair.network.run(300_ms);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("1 bar"));

  // Something of the new session comes first, so that there is an entry for it when it says which one it had.
  test::Forger forge;
  const SessionId after{4711};
  const auto pretend = [&](const test::Said& said) {
    pair.network.send({pair.panel.address, pair.pump.address, false, said.bytes});
    pair.network.run(50_ms);
  };
  pretend(forge.naming(PacketType::subscribe, after, PacketId{1}, "temperature", pair.pump.now()));
  std::vector<PacketId> published;
  pair.network.on_sent = [&](const sim::Packet& packet) {
    const auto header = wire::decode<Header>(packet.bytes);
    if (header->type == PacketType::publish) published.push_back(header->id);
  };
  pretend(forge.heartbeat(after, PacketId{2}, {PacketId{}, before, 0}, pair.pump.now()));
  pair.network.run(1_s);
  ASSERT_FALSE(published.empty());
  EXPECT_THAT(published, testing::Each(published.front())) << "the second before the first was acknowledged";
}

// They displace what the subscriber still lacks, and are not given in its place: it has heard them.
TEST(Retained, that_come_while_older_ones_are_given_are_heard_once) {
  Pair pair;
  pair.keep({"old", "displaced"});
  pair.network.loses = is_acknowledgement;
  pair.panel.subscribe("pressure");
  pair.network.run(300_ms);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("old"));
  pair.keep({"1", "2", "3", "4", "5"});
  pair.network.loses = nullptr;
  pair.network.run(10_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("old", "1", "2", "3", "4", "5"));
}

TEST(Retained, are_five_a_channel_of_which_the_oldest_gives_way_and_none_when_they_are_cleared) {
  Pair pair;
  pair.keep({"1", "2", "3", "4", "5", "6", "7"});
  pair.panel.subscribe("pressure");
  pair.network.run(2_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("3", "4", "5", "6", "7"));
  pair.panel.unsubscribe("pressure");
  pair.network.run(1_s);
  pair.keep({""});
  pair.panel.heard.clear();
  pair.panel.subscribe("pressure");
  pair.network.run(2_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre());
}

TEST(Retained, are_not_given_when_their_ttl_is_over) {
  Pair pair;
  pair.network.run(1_s);
  for (const std::uint16_t ttl_s : {std::uint16_t{5}, std::uint16_t{60}})
    ASSERT_TRUE(pair.pump.publish({.channel = channel_id("pressure"),
                                   .message = bytes_of(std::to_string(ttl_s)),
                                   .qos = Qos::at_least_once,
                                   .retain = true,
                                   .ttl_s = ttl_s}));
  pair.network.run(10_s);
  pair.panel.subscribe("pressure");
  pair.network.run(2_s);
  EXPECT_THAT(pair.panel.texts(), ElementsAre("60"));
}

TEST(Retained, that_could_not_be_published_leave_no_trace) {
  constexpr Sizes tight{.channels = 1, .slots = 1, .peers = 2, .interests = 3, .debts = 8, .retained = 1};
  test::Station<tight> node(1);
  (void)node.say(test::at(0));
  ASSERT_TRUE(node.node.publish({.channel = channel_id("busy"), .message = bytes_of("x"), .qos = Qos::at_least_once},
                                test::at(0)));
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    const auto refused =
        node.node.publish({.channel = channel_id(name), .message = bytes_of("x"), .retain = true}, test::at(0));
    EXPECT_EQ(refused.error(), Reason::queue_full) << name;
  }
  EXPECT_TRUE(node.node.subscribe("temperature", test::at(0)));
}

}  // namespace
}  // namespace tacit::nomq
