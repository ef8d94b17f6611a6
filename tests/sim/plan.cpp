#include "tests/sim/plan.hpp"

namespace tacit::test {

Plan::Plan(std::uint64_t of) : seed(of) {
  sim::Random dice(of);
  nodes = dice.chance(70) ? dice.between(2, 3) : dice.between(4, 8);
  deeds = dice.between(5, 20);
  air.loss_percent = dice.chance(20) ? 0 : dice.below(41);
  air.repeat_percent = dice.below(31);
  air.flip_percent = dice.below(6);
  air.cut_percent = dice.below(6);
  air.delay_ms_max = dice.chance(70) ? 30 : 300;
  islands = dice.chance(25);
  restarts = dice.chance(30);
  moves = dice.chance(25);
  clock_steps = dice.chance(20);
  attacker = dice.chance(40);
  manual = dice.chance(25);
  cramped = dice.chance(50);
  long_lived = dice.chance(25);
  across_restart = dice.chance(50) ? nomq::AcrossRestart::at_least_once : nomq::AcrossRestart::at_most_once;
}

std::ostream& operator<<(std::ostream& out, const Plan& plan) {
  const auto say_if = [&](bool holds, const char* what) {
    if (holds) out << ", " << what;
  };
  out << "TACIT_SEED=" << plan.seed << ": " << plan.nodes << " nodes, " << plan.deeds << " deeds, air "
      << plan.air.loss_percent << " % lost, " << plan.air.repeat_percent << " % repeated, " << plan.air.flip_percent
      << " % flipped, " << plan.air.cut_percent << " % cut, up to " << plan.air.delay_ms_max << " ms";
  say_if(plan.islands, "islands");
  say_if(plan.restarts, "restarts");
  say_if(plan.moves, "moves");
  say_if(plan.clock_steps, "clock steps");
  say_if(plan.attacker, "an attacker");
  say_if(plan.manual, "manual acknowledgement");
  say_if(plan.cramped, "cramped");
  say_if(plan.long_lived, "long lived");
  say_if(plan.across_restart == nomq::AcrossRestart::at_most_once, "at most once across restarts");
  return out;
}

}  // namespace tacit::test
