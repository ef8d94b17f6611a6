// Three members of one key around a broker that drops, repeats, reorders, holds back, moves, alters, reflects and
// forges. Nothing wrong is delivered, nothing twice, nothing out of its time; and what arrives whole and in time is
// delivered.
#include <gtest/gtest.h>

#include "tests/sim/e2e_broker.hpp"
#include "tests/sim/seeds.hpp"

namespace tacit::test {
namespace {

using namespace literals;

constexpr BrokerPlan hostile{.drop_percent = 10,
                             .repeat_percent = 30,
                             .hold_percent = 20,
                             .move_percent = 15,
                             .alter_percent = 15,
                             .reflect_percent = 50,
                             .forge_percent = 50,
                             .lost_percent = 10};

void expect_no_trouble(const BrokerPlan& plan) {
  std::size_t delivered = 0, refused = 0, runs = 0;
  for (const std::uint64_t seed : seeds(1000)) {
    E2eWorld world(seed, plan);
    world.rage(60_s);
    if (world.trouble.empty()) world.make_peace();
    ASSERT_EQ(world.trouble, "") << "TACIT_SEED=" << seed;
    delivered += world.delivered;
    refused += world.refused;
    ++runs;
  }
  // A run has some 500 messages; without that much, the test would say nothing.
  EXPECT_GT(delivered, 50 * runs);
  EXPECT_GT(refused, 50 * runs);
}

TEST(E2eSim, a_hostile_broker_delivers_only_what_was_said_once_and_in_its_time) { expect_no_trouble(hostile); }

TEST(E2eSim, a_hostile_broker_moves_nothing_where_topics_are_bound) {
  BrokerPlan plan = hostile;
  plan.bound = true;
  plan.move_percent = 50;
  expect_no_trouble(plan);
}

TEST(E2eSim, clocks_that_step_by_an_hour_let_nothing_in_twice_and_recover) {
  BrokerPlan plan = hostile;
  plan.clocks_step = true;
  expect_no_trouble(plan);
}

}  // namespace
}  // namespace tacit::test
