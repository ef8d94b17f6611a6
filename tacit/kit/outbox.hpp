#pragma once
#include "tacit/base/bytes.hpp"
#include "tacit/base/endpoint.hpp"

namespace tacit {

// Memory that a port lends for one poll_transmit(), enough for the machine's largest datagram at least.
// The machine asks for room one datagram at a time; the port reads runs: datagrams on one path, back to
// back, all of one size but for the last, which may be shorter. That is what one UDP_SEGMENT call takes.
// add() is a commitment: what was added leaves when the machine returns.
class Outbox {
 public:
  struct Run {
    Path path;
    MutBytes bytes;
    std::size_t datagram_size = 0;  // of each but the last
    std::size_t count = 0;
  };

  static constexpr std::size_t segments_max = 64;  // in one run; Linux's limit

  Outbox(MutBytes memory, std::span<Run> runs) : memory_(memory), runs_(runs) {}

  // Room for exactly one datagram of `size` bytes; empty when the outbox is full. It leaves with
  // whatever is in it when the machine returns, so fill all of it.
  MutBytes add(const Path& path, std::size_t size);

  std::span<const Run> runs() const { return runs_.first(run_count_); }
  bool empty() const { return run_count_ == 0; }
  void clear() { used_ = run_count_ = 0; }

 private:
  Run* joinable(const Path& path, std::size_t size);

  MutBytes memory_;
  std::span<Run> runs_;
  std::size_t used_ = 0, run_count_ = 0;
};

// Cuts a run, sent or received, into its datagrams.
template <class Each> void for_each_datagram(MutBytes run, std::size_t datagram_size, Each each) {
  for (; run.size() > datagram_size; run = run.subspan(datagram_size)) each(run.first(datagram_size));
  each(run);
}

}  // namespace tacit
