// Somebody has the key and says what no honest node does: that costs a node time, and nothing else.
#include <gtest/gtest.h>

#include "tests/support/nomq_forge.hpp"

namespace tacit::nomq {
namespace {

using test::at;
using test::count;
using test::Forger;
using test::Said;
using test::Station;

const Endpoint stranger = test::endpoint(66);

TEST(KeyHolder, gets_one_event_for_a_datagram_that_answers_a_ping_and_names_a_channel) {
  Station node(1);
  Forger forge;
  (void)node.say(at(0));
  const auto ping = node.node.ping({.to_group = true}, at(1));  // who answers may be many
  ASSERT_TRUE(ping);
  (void)node.say(at(1));
  std::vector<Said> said;
  for (std::uint32_t n = 1; n <= test::roomy.events; ++n) {
    const std::string channel = "channel " + std::to_string(n % 32);
    said.push_back(forge.heartbeat(SessionId{7}, PacketId{n}, {*ping, SessionId{}, 0}, at(1.5), channel_id(channel)));
  }
  const auto events = node.hear(said, stranger, at(1.5));
  EXPECT_LE(count<Answered>(events) + count<PeerSubscription>(events), said.size());
}

TEST(KeyHolder, cannot_name_a_channel_that_nobody_could_subscribe_to) {
  Station node(1);
  Forger forge;
  (void)node.say(at(0));
  const std::string longest(message_max, 'x');
  for (const std::string& name : {longest, longest + "x"}) {
    const auto events = node.hear({forge.naming(PacketType::subscribe, SessionId{7},
                                                PacketId{static_cast<std::uint32_t>(name.size())}, name, at(1))},
                                  stranger, at(1));
    EXPECT_EQ(count<PeerSubscription>(events), name == longest ? 1u : 0u);
  }
  EXPECT_EQ(node.refused(Reason::too_large), 1u);
}

// Whose debt is paid says goodbye, and its entry goes to the new session of a peer that has not paid.
TEST(KeyHolder, does_not_owe_less_because_its_entry_was_somebody_elses) {
  constexpr Sizes two_peers{.peers = 2};
  Station<two_peers> node(1);
  Forger forge;
  const SessionId payer{11}, debtor{12}, renewed{13};
  std::uint32_t id = 1;
  const auto hear = [&](const Said& said, double when) { return node.hear({said}, stranger, at(when)); };
  (void)node.say(at(0));
  for (const SessionId session : {payer, debtor})
    (void)hear(forge.naming(PacketType::subscribe, session, PacketId{id++}, "pressure", at(1)), 1);
  ASSERT_TRUE(node.node.publish(
      {.channel = channel_id("pressure"), .message = bytes_of("3.2 bar"), .qos = Qos::at_least_once}, at(1)));
  Header published;
  for (const Said& said : node.say(at(1)))
    if (said.type() == PacketType::publish) published = said.header();

  (void)hear(forge.acknowledgement(payer, published, at(1.1)), 1.1);
  auto goodbye = forge.heartbeat(payer, PacketId{id++}, {}, at(1.2), {}, 0);
  EXPECT_NE(test::first<PeerChange>(hear(goodbye, 1.2)), nullptr);
  (void)hear(forge.naming(PacketType::subscribe, renewed, PacketId{id++}, "temperature", at(1.3)), 1.3);
  auto events = hear(forge.heartbeat(renewed, PacketId{id++}, {PacketId{}, debtor, 0}, at(1.4)), 1.4);
  EXPECT_EQ(count<Outcome>(events), 0u) << "the message has not reached it";
  events = hear(forge.acknowledgement(renewed, published, at(1.5)), 1.5);
  const auto* outcome = test::first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->delivered, 2);
}

}  // namespace
}  // namespace tacit::nomq
