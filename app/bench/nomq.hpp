#pragma once
#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// One way from a publisher to a subscriber, through the group of profile v1 on loopback. With `loss` through a relay,
// beside the same without any; at QoS 0 the owner then names a rate, because none is lossless.
Experiment nomq_throughput(const Settings&);
// A message and its answer.
Experiment nomq_latency(const Settings&);
// What a message costs one end that meets up to so many channels, senders or subscribers.
Experiment nomq_sessions(const Settings&);

// What is measured, in a table for people.
std::string nomq_name(const Settings&);

}  // namespace tacit::app::bench
