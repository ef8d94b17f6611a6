#pragma once
#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// One way from a publisher to a subscriber, through the group of profile v1 on loopback.
Experiment nomq_throughput(const Settings&);
// A message and its answer.
Experiment nomq_latency(const Settings&);

}  // namespace tacit::app::bench
