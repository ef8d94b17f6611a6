#pragma once
#include "app/bench/raw_run.hpp"

// What figures of TCP are held against: one stream on loopback, a thread at each end. All of them throw
// std::system_error where there are no sockets.
namespace tacit::app::bench {

// As many bytes as the frames of such a message have, in writes and reads of 16 KB and more.
Traffic raw_tcp(Like, std::size_t message, const RunLength&);

// The same, each frame sealed and opened, by the batch: nobody who seals each message with that cipher is faster.
Traffic bare_tcp(Like, std::size_t message, const RunLength&);

// One frame goes and comes back, sealed and opened at both ends.
Latencies bare_exchange_tcp(Like, std::size_t message, const RunLength&);

}  // namespace tacit::app::bench
