// Two nodes of profile legacy in bad air: QoS 1 that is told as delivered was delivered, and QoS 2 is heard once at
// most. Where the publisher heard that the other subscribed, and so is no board, what counts as delivered was heard.
// Otherwise it may not have been: a bare PUBREL, which recovers a board's lost PUBREC, is answered by a node of ours
// although the PUBLISH before it was lost, as the vectors want a PUBREL of an unknown id to be answered.
#include <gtest/gtest.h>

#include "tests/sim/seeds.hpp"
#include "tests/support/nomq_room.hpp"

namespace tacit::test {
namespace {

using namespace literals;
using nomq::Qos;

TEST(LegacyPair, survives_bad_air_and_hears_qos_2_at_most_once) {
  std::size_t published = 0, delivered = 0, known = 0;
  for (const std::uint64_t seed : seeds(200)) {
    sim::Network network(seed, {.loss_percent = 20, .repeat_percent = 10, .flip_percent = 2, .delay_ms_max = 50});
    const nomq::Config legacy{.profile = nomq::Profile::legacy};
    const auto pump = std::make_unique<Guest<>>(network, 1, legacy);
    const auto panel = std::make_unique<Guest<>>(network, 2, legacy);
    panel->subscribe("pressure");
    for (int i = 0; i < 6; ++i) {
      const Qos qos = i % 2 == 0 ? Qos::at_least_once : Qos::exactly_once;
      ASSERT_TRUE(pump->publish("pressure", std::to_string(i), qos)) << "seed " << seed;
      network.run(2_s);
    }
    network.run(40_s);
    ASSERT_EQ(pump->outcomes.size(), 6u) << "seed " << seed;
    const auto texts = panel->texts();
    const bool no_board = pump->node.listens(panel->node.session(), nomq::channel_id("pressure"));
    known += no_board;
    for (const auto& outcome : pump->outcomes) {
      ++published;
      if (outcome.delivered == 0) continue;
      ++delivered;
      const auto times = std::ranges::count(texts, std::to_string(static_cast<unsigned>(outcome.handle)));
      const bool qos_1 = static_cast<unsigned>(outcome.handle) % 2 == 0;
      EXPECT_TRUE(qos_1 ? times >= 1 : times <= 1) << "seed " << seed;
      EXPECT_TRUE(times >= 1 || !no_board) << "seed " << seed;
    }
  }
  EXPECT_GE(known, 100u);
  EXPECT_GE(delivered * 100, published * 98) << delivered << " of " << published;
}

}  // namespace
}  // namespace tacit::test
