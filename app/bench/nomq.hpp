#pragma once
#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// One way from a publisher to a subscriber, through the group of profile v1 on loopback.
Experiment nomq_throughput(const Settings&);
// A message and its answer.
Experiment nomq_latency(const Settings&);

// What is measured, in a table for people.
inline std::string nomq_name(const Settings& settings) { return "NoMQ v1, QoS " + std::to_string(settings.qos); }

}  // namespace tacit::app::bench
