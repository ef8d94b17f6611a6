#pragma once
#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// One way from devices to a server over real sockets, in version 2.
Experiment usmp_throughput(const Settings&);
// A message of a device, and the server's answer.
Experiment usmp_latency(const Settings&);

// What a handshake costs a server, beside its cryptography alone; so many in each round.
Experiment usmp_handshake(const Settings&);
// What a message costs a server that has so many sessions, by how many of them speak in turn; and the memory of one.
Experiment usmp_sessions(const Settings&);

}  // namespace tacit::app::bench
