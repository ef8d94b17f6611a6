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
  const auto ping = node.node.ping({{}, {}, true}, at(1));  // who answers may be many
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

}  // namespace
}  // namespace tacit::nomq
