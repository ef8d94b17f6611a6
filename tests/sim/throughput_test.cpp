// How fast acknowledged messages pass where packets get lost, in the network's own time: a publisher that always has
// more to say and a subscriber that takes all, two milliseconds apart there and back. What one loses costs that one a
// repeat, and must not hold up the window.
#include <gtest/gtest.h>

#include "tests/sim/seeds.hpp"
#include "tests/support/nomq_room.hpp"

namespace tacit::test {
namespace {

using namespace literals;
using nomq::Qos;

constexpr nomq::Sizes wide{.channels = 4,
                           .slots = 2048,
                           .message_bytes = 64,
                           .peers = 4,
                           .interests = 8,
                           .debts = 4096,
                           .traces = 256,
                           .events = 64,
                           .answers = 64,
                           .batch = 8};
constexpr std::size_t messages = 10'000;

// Messages a second of the network's time, where so many packets of a thousand are lost.
double rate(std::uint64_t seed, Qos qos, unsigned lost_per_mille) {
  sim::Network network(seed, {});
  sim::Random dice(seed + 1);
  const auto pump = std::make_unique<Guest<wide>>(network, 1);
  const auto panel = std::make_unique<Guest<wide>>(network, 2);
  panel->subscribe("pressure");
  network.run(10_s);
  network.loses = [&](const sim::Packet& packet, const Endpoint& to) {
    return packet.from != to && dice.below(1000) < lost_per_mille;
  };
  std::size_t published = 0;
  const Instant start = network.now();
  while (pump->outcomes.size() < messages && network.now() - start < 600_s) {
    while (published < messages &&
           pump->node.publish({.channel = nomq::channel_id("pressure"), .message = bytes_of("3.2 bar"), .qos = qos},
                              pump->now()))
      ++published;
    pump->host.speak();
    network.run(1_ms);
  }
  const Duration took = network.now() - start;
  EXPECT_EQ(pump->outcomes.size(), messages) << "seed " << seed;
  EXPECT_EQ(panel->heard.size(), messages) << "seed " << seed;
  for (const auto& outcome : pump->outcomes) EXPECT_EQ(outcome.delivered, 1) << "seed " << seed;
  return static_cast<double>(messages) / static_cast<double>(took.us) * 1e6;
}

struct Part {
  unsigned lost_per_mille;
  double at_least;  // of the rate where nothing is lost
};

class Throughput : public testing::TestWithParam<Qos> {};

TEST_P(Throughput, declines_with_loss_and_does_not_collapse) {
  for (const std::uint64_t seed : seeds(2)) {
    const double whole = rate(seed, GetParam(), 0);
    for (const Part part : {Part{1, 0.5}, Part{10, 0.25}, Part{100, 0.1}}) {
      const double share = rate(seed, GetParam(), part.lost_per_mille) / whole;
      RecordProperty("share_at_" + std::to_string(part.lost_per_mille) + "_per_mille", std::to_string(share));
      EXPECT_GE(share, part.at_least) << part.lost_per_mille << " of 1000 lost, seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Acknowledged, Throughput, testing::Values(Qos::at_least_once, Qos::exactly_once));

}  // namespace
}  // namespace tacit::test
