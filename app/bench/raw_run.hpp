#pragma once
#include <functional>

#include "app/bench/bare_cipher.hpp"
#include "app/bench/latency.hpp"
#include "app/bench/traffic.hpp"

// How packets without a protocol are sent and received, whatever carries them.
namespace tacit::app::bench {

// Packets of one size, back to back.
struct RawWay {
  std::size_t batch = BareCipher::batch;  // packets at a time, both ways
  std::uint64_t ahead_max = UINT64_MAX;   // packets that may be under way
  std::function<void(MutBytes packets, std::size_t size)> send;
  // Reads whole packets to the front of `room`, which has room for a batch. Empty where nothing comes any more.
  std::function<MutBytes(MutBytes room, std::size_t size)> receive;
};

// Numbered messages from this thread to one of its own, sealed and opened by the batch.
Traffic run_raw(const RawWay&, BareCipher& sealer, BareCipher& opener, std::size_t message, const RunLength&);

// One packet goes out and comes back, sealed and opened at both ends, until `length` is over. Each way's batch is one.
Latencies exchange_raw(const RawWay& there, const RawWay& back, BareCipher& one, BareCipher& other, std::size_t message,
                       const RunLength& length);

}  // namespace tacit::app::bench
