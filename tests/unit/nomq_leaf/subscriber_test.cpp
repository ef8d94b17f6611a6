// A node that was built to hear messages of QoS 0 and 1 and for nothing else does that, and says no to the rest by
// name.
#include <gtest/gtest.h>

#include "tests/unit/nomq_leaf/stranger.hpp"

namespace tacit::nomq {
namespace {

using test::at;

static_assert(features.subscriber && !features.publisher && !features.qos2 && !features.ping);

struct Room {
  Room() { (void)*leaf.node.subscribe("pressure", at(0)); }
  std::vector<Event> hear(const test::Said& said, double s) { return leaf.hear({said}, stranger.address, at(s)); }
  std::vector<Event> publish(Qos qos, std::uint32_t id, double s) {
    return hear(stranger.publishes(qos, id, "pressure", "3.2 bar", at(s)), s);
  }

  test::Station<board_sizes> leaf{1};
  test::Stranger stranger;
};

TEST(LeafSubscriber, tells_the_group_what_it_listens_to) {
  Room room;
  const auto said = room.leaf.say(at(0));
  EXPECT_EQ(test::count(said, PacketType::subscribe), 1u);
  EXPECT_FALSE(room.leaf.node.announcing());
}

TEST(LeafSubscriber, tells_a_message_once_and_acknowledges_each_copy_of_it) {
  Room room;
  (void)room.leaf.say(at(0));
  (void)room.leaf.say(at(40));  // later than what could be a repeat from before it started
  const auto first = room.publish(Qos::at_least_once, 5, 40);
  const auto* message = test::first<Message>(first);
  ASSERT_TRUE(message);
  EXPECT_EQ(text_of(message->payload), "3.2 bar");
  EXPECT_FALSE(message->maybe_repeated);
  EXPECT_EQ(test::count(room.leaf.say(at(40)), PacketType::ack), 1u);

  EXPECT_FALSE(test::first<Message>(room.publish(Qos::at_least_once, 5, 41)));
  EXPECT_EQ(test::count(room.leaf.say(at(41)), PacketType::ack), 1u);
  EXPECT_EQ(room.leaf.refused(Reason::duplicate), 1u);
}

TEST(LeafSubscriber, refuses_what_was_left_out_by_name) {
  Room room;
  EXPECT_EQ(room.leaf.node.publish({.channel = channel_id("x"), .message = bytes_of("x")}, at(1)).error(),
            Reason::not_supported);
  EXPECT_EQ(room.leaf.node.ping({.peer = room.stranger.address}, at(1)).error(), Reason::not_supported);
  EXPECT_EQ(room.leaf.node.accept(Token{1}).error(), Reason::not_supported);
  EXPECT_FALSE(test::first<Message>(room.publish(Qos::exactly_once, 5, 1)));
  EXPECT_EQ(room.leaf.refused(Reason::not_supported), 1u);
}

TEST(LeafSubscriber, remembers_nobody_elses_subscriptions) {
  Room room;
  const auto subscribe =
      room.stranger.says(PacketType::subscribe, 0, PacketId{7}, "pressure", bytes_of("pressure"), at(1), true);
  EXPECT_FALSE(test::first<PeerSubscription>(room.hear(subscribe, 1)));
  EXPECT_TRUE(room.leaf.node.peer(room.stranger.session));
  EXPECT_FALSE(room.leaf.node.listens(room.stranger.session, channel_id("pressure")));
}

TEST(LeafSubscriber, tells_who_asks_for_it_what_it_listens_to_once_the_address_is_proven) {
  Room room;
  (void)room.leaf.say(at(10));
  // The stranger asks for subscriptions: first it gets a challenge, and when that is answered the SUBSCRIBE.
  const HeartbeatFlags wants{.asks = true, .wants_subscriptions = true};
  std::array<std::uint8_t, wire::size_of<HeartbeatBody>> body;
  wire::encode(HeartbeatBody{}, body);
  const auto heartbeat = [&](HeartbeatFlags flags, std::uint32_t id, double s) {
    return room.stranger.says(PacketType::heartbeat, flags.bits(), PacketId{id}, "", body, at(s));
  };
  (void)room.hear(heartbeat(wants, 1, 10), 10);
  const auto challenge = room.leaf.say(at(10));
  EXPECT_EQ(test::count(challenge, PacketType::subscribe), 0u);
  const auto asked = std::ranges::find(challenge, PacketType::heartbeat, &test::Said::type);
  ASSERT_NE(asked, challenge.end());
  wire::encode(HeartbeatBody{.answers = asked->header().id}, body);
  (void)room.hear(heartbeat({}, 2, 10), 10);
  EXPECT_EQ(test::count(room.leaf.say(at(10)), PacketType::subscribe), 1u);
}

}  // namespace
}  // namespace tacit::nomq
