#pragma once
#include "app/bench/raw_run.hpp"

// What figures of UDP are held against: sockets on loopback without a protocol, a thread at each end. The sender stays
// near the receiver, so nothing is lost. All of them throw std::system_error where there are no sockets.
namespace tacit::app::bench {

// Whether the kernel cuts and joins runs of datagrams (UDP_SEGMENT, UDP_GRO).
bool kernel_cuts_runs();

// sendmmsg and recvmmsg, 64 datagrams a call: what a careful program does where the kernel cuts no runs.
Traffic raw_udp(Like, std::size_t message, const RunLength&);

// Runs of 64 that the kernel cuts and joins, each sealed and opened as one batch; where it does not cut them, as above.
// Nobody who seals each message with that cipher is faster.
Traffic bare_udp(Like, std::size_t message, const RunLength&);

// Each datagram is answered with a short one, as an acknowledgement is, and its sender waits for that before its next:
// so many senders on one thread, each with a socket of its own. Sealed and opened one by one, or not.
Traffic answered_udp(Like, Seals, std::size_t message, std::size_t senders, const RunLength&);

// One datagram goes and comes back, sealed and opened at both ends.
Latencies bare_exchange_udp(Like, std::size_t message, const RunLength&);

}  // namespace tacit::app::bench
