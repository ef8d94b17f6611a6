// A node that was built to publish with QoS 0 and 1 and for nothing else does that, and says no to the rest by name.
#include <gtest/gtest.h>

#include "tests/unit/nomq_leaf/stranger.hpp"

namespace tacit::nomq {
namespace {

using test::at;

static_assert(features.publisher && !features.subscriber && !features.qos2 && !features.retained && !features.ping);

struct Room {
  Room() {
    for (double s = 0; s < 1; s += 0.05) (void)leaf.say(at(s));  // until it knows who is there
  }
  // The first PUBLISH that it says, if it says one.
  std::optional<Header> published(double s) {
    for (const test::Said& said : leaf.say(at(s)))
      if (said.type() == PacketType::publish) return said.header();
    return std::nullopt;
  }
  std::vector<Event> hear(const test::Said& said, double s) { return leaf.hear({said}, stranger.address, at(s)); }
  void subscribe(double s) {
    (void)hear(stranger.says(PacketType::subscribe, 0, PacketId{7}, "pressure", bytes_of("pressure"), at(s), true), s);
  }
  Result<Handle> publish(Qos qos, double s, bool retain = false) {
    return leaf.node.publish(
        {.channel = channel_id("pressure"), .message = bytes_of("3.2 bar"), .qos = qos, .retain = retain}, at(s));
  }

  test::Station<board_sizes> leaf{1};
  test::Stranger stranger;
};

TEST(LeafPublisher, tells_who_has_its_message_of_qos_1) {
  Room room;
  room.subscribe(1);
  const auto handle = room.publish(Qos::at_least_once, 1);
  ASSERT_TRUE(handle);
  const auto sent = room.published(1);
  ASSERT_TRUE(sent);
  const auto events = room.hear(room.stranger.acknowledges(PacketType::ack, *sent, "pressure", at(1)), 1);
  const auto* outcome = test::first<Outcome>(events);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->handle, *handle);
  EXPECT_EQ(outcome->delivered, 1);
  EXPECT_EQ(outcome->reason, std::nullopt);
  EXPECT_TRUE(room.leaf.node.idle());
}

TEST(LeafPublisher, gives_up_a_message_of_qos_1_that_nobody_acknowledges) {
  Room room;
  room.subscribe(1);
  ASSERT_TRUE(room.publish(Qos::at_least_once, 1));
  for (int s = 1; s < 130; ++s) (void)room.published(s);
  const auto event = room.leaf.node.poll_event();
  ASSERT_TRUE(event);
  ASSERT_TRUE(std::holds_alternative<PeerChange>(*event)) << "the peer is lost";
  const auto outcome = room.leaf.node.poll_event();
  ASSERT_TRUE(outcome && std::holds_alternative<Outcome>(*outcome));
  EXPECT_EQ(std::get<Outcome>(*outcome).given_up, 1);
  EXPECT_EQ(std::get<Outcome>(*outcome).reason, Reason::no_acknowledgement);
}

TEST(LeafPublisher, refuses_what_was_left_out_by_name) {
  Room room;
  EXPECT_EQ(room.leaf.node.subscribe("pressure", at(1)).error(), Reason::not_supported);
  EXPECT_EQ(room.leaf.node.unsubscribe("pressure", at(1)).error(), Reason::not_supported);
  EXPECT_EQ(room.publish(Qos::exactly_once, 1).error(), Reason::not_supported);
  EXPECT_EQ(room.publish(Qos::at_most_once, 1, true).error(), Reason::not_supported);
  EXPECT_EQ(room.leaf.node.ping({.peer = room.stranger.address}, at(1)).error(), Reason::not_supported);
  EXPECT_EQ(room.leaf.node.accept(Token{1}).error(), Reason::not_supported);
}

TEST(LeafPublisher, drops_what_it_cannot_take_and_counts_it) {
  Room room;
  const auto events = room.hear(room.stranger.publishes(Qos::at_least_once, 1, "pressure", "3.2 bar", at(1)), 1);
  EXPECT_FALSE(test::first<Message>(events));
  EXPECT_EQ(room.leaf.refused(Reason::not_supported), 1u);
  Header header;
  header.id = PacketId{9};
  for (const PacketType type : {PacketType::pubrec, PacketType::pubrel, PacketType::pubcomp})
    (void)room.hear(room.stranger.acknowledges(type, header, "pressure", at(1)), 1);
  EXPECT_EQ(room.leaf.refused(Reason::not_supported), 4u);
}

TEST(LeafPublisher, takes_a_packet_that_was_replayed_once) {
  Room room;
  const auto subscribe =
      room.stranger.says(PacketType::subscribe, 0, PacketId{7}, "pressure", bytes_of("pressure"), at(1), true);
  EXPECT_TRUE(test::first<PeerSubscription>(room.hear(subscribe, 1)));
  EXPECT_FALSE(test::first<PeerSubscription>(room.hear(subscribe, 1)));
  EXPECT_EQ(room.leaf.refused(Reason::replay), 1u);
}

}  // namespace
}  // namespace tacit::nomq
