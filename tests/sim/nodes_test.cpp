// Two to eight nodes of profile v1, thousands of bad worlds. Safety: nothing wrong is told. Liveness: once the world
// heals, all that was not given up is there. A seed that fails is printed with what it chose; TACIT_SEED=n reruns it.
#include <gtest/gtest.h>

#include "tests/sim/seeds.hpp"
#include "tests/sim/world.hpp"

namespace tacit::test {
namespace {

constexpr std::uint64_t parts = 8;

class Nodes : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Nodes, keep_their_promises_in_a_bad_world) {
  for (const std::uint64_t seed : seeds(2000, GetParam(), parts)) {
    const Plan plan(seed);
    World world(plan);
    world.run();
    for (const std::string& complaint : world.complaints()) ADD_FAILURE() << plan << "\n" << complaint;
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Part, Nodes, testing::Range(std::uint64_t{0}, parts));

}  // namespace
}  // namespace tacit::test
