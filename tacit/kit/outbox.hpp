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
  MutBytes add(const Path& path, std::size_t size) {
    if (size == 0 || used_ + size > memory_.size()) return {};
    const MutBytes room = memory_.subspan(used_, size);
    if (Run* last = joinable(path, size)) {
      last->bytes = MutBytes(last->bytes.data(), last->bytes.size() + size);
      ++last->count;
    } else {
      if (run_count_ == runs_.size()) return {};
      runs_[run_count_++] = {path, room, size, 1};
    }
    used_ += size;
    return room;
  }

  std::span<const Run> runs() const { return runs_.first(run_count_); }
  bool empty() const { return run_count_ == 0; }
  void clear() { used_ = run_count_ = 0; }

 private:
  static constexpr std::size_t run_bytes_max = 65'507;  // of UDP over IPv4

  Run* joinable(const Path& path, std::size_t size) {
    if (run_count_ == 0) return nullptr;
    Run& last = runs_[run_count_ - 1];
    const bool ended_short = last.bytes.size() != last.datagram_size * last.count;
    const bool joins = !ended_short && size <= last.datagram_size && last.count < segments_max &&
                       last.bytes.size() + size <= run_bytes_max && last.path == path;
    return joins ? &last : nullptr;
  }

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
