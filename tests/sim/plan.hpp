#pragma once
#include <ostream>

#include "tacit/nomq/config.hpp"
#include "tacit/port/sim/network.hpp"

namespace tacit::test {

// What one seed chooses: how many nodes there are, how bad their world is, and which troubles come over them.
struct Plan {
  explicit Plan(std::uint64_t seed);

  std::uint64_t seed;
  unsigned nodes = 0;  // 2 to 8
  unsigned deeds = 0;  // how often something is done before the world heals
  sim::Air air;
  bool islands = false, restarts = false, moves = false, clock_steps = false, attacker = false;
  bool manual = false;      // acknowledgement
  bool cramped = false;     // rings of two places, eight slots
  bool long_lived = false;  // pauses so long that sessions are renewed and peers are lost
  nomq::AcrossRestart across_restart{};
};

std::ostream& operator<<(std::ostream&, const Plan&);

}  // namespace tacit::test
