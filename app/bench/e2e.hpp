#pragma once
#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// One way through a broker, mqtt-e2e beside plain MQTT. Both throw NotReached where there is no broker.
Experiment e2e_throughput(const Settings&);
// A message and its answer.
Experiment e2e_latency(const Settings&);

}  // namespace tacit::app::bench
