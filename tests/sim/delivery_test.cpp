// How much arrives: at 20 % loss, and in a burst to a peer that was silent for long because it owed nothing.
#include <gtest/gtest.h>

#include <set>

#include "tests/sim/seeds.hpp"
#include "tests/support/nomq_room.hpp"

namespace tacit::test {
namespace {

using namespace literals;
using nomq::Qos;

constexpr nomq::Sizes many{.channels = 4,
                           .slots = 1500,
                           .message_bytes = 64,
                           .peers = 4,
                           .interests = 8,
                           .debts = 1600,
                           .traces = 256,
                           .events = 16,
                           .answers = 16,
                           .batch = 8};

TEST(Delivery, at_20_percent_loss_reaches_999_of_1000) {
  std::size_t published = 0, arrived = 0;
  for (const std::uint64_t seed : seeds(40)) {
    sim::Network network(seed, {.loss_percent = 20, .repeat_percent = 5, .delay_ms_max = 20});
    const auto pump = std::make_unique<Guest<>>(network, 1);
    const auto panel = std::make_unique<Guest<>>(network, 2);
    panel->subscribe("pressure");
    network.run(10_s);
    for (int i = 0; i < 50; ++i) {
      const Qos qos = i % 2 == 0 ? Qos::at_least_once : Qos::exactly_once;
      ASSERT_TRUE(pump->publish("pressure", std::to_string(i), qos)) << "seed " << seed;
      network.run(500_ms);
    }
    network.run(70_s);
    published += 50;
    const auto texts = panel->texts();
    EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size()) << "seed " << seed;
    EXPECT_EQ(pump->outcomes.size(), 50u) << "seed " << seed;
    arrived += texts.size();
  }
  EXPECT_GE(arrived * 1000, published * 999) << arrived << " of " << published;
}

TEST(Delivery, of_a_burst_to_a_silent_peer_loses_nothing) {
  for (const std::uint64_t seed : seeds(4)) {
    sim::Network network(seed, {.loss_percent = 2, .delay_ms_max = 5});
    const auto pump = std::make_unique<Guest<many>>(network, 1);
    const auto panel = std::make_unique<Guest<many>>(network, 2);
    panel->subscribe("pressure");
    network.run(50_s);
    for (int i = 0; i < 1500; ++i)
      ASSERT_TRUE(pump->node.publish(
          {.channel = nomq::channel_id("pressure"), .message = bytes_of(std::to_string(i)), .qos = Qos::at_least_once},
          pump->now()));
    pump->host.speak();
    network.run(60_s);
    const auto texts = panel->texts();
    EXPECT_EQ(texts.size(), 1500u) << "seed " << seed;
    EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 1500u) << "seed " << seed;
    ASSERT_EQ(pump->outcomes.size(), 1500u) << "seed " << seed;
    for (const auto& outcome : pump->outcomes) ASSERT_EQ(outcome.given_up, 0) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tacit::test
