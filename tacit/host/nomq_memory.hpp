#pragma once
#include <memory>
#include <vector>

#include "tacit/nomq/tables.hpp"

namespace tacit::host {

// Generous, as a host can be: this takes some 40 MB, and 64 MB more of addresses that become memory as they are used.
inline constexpr nomq::Sizes host_sizes{
    .channels = 1024,
    .slots = 65'536,
    .message_bytes = nomq::message_max,
    .peers = 1024,
    .interests = 8192,
    .debts = 131'072,
    .retained = 1024,
    .retained_per_channel = 5,
    .receipts = 4096,
    .sessions = 4096,
    .traces = 65'536,
    .events = 1024,
    .answers = 1024,
    .batch = 64,
};

// What nomq::Memory is to a device: all tables of one node, taken from the heap once, before the node is made.
// `sessions` and `traces` of the sizes are powers of two, `debts` at least `peers` + 1.
class NomqMemory {
 public:
  explicit NomqMemory(const nomq::Sizes& = host_sizes);
  NomqMemory(const NomqMemory&) = delete;
  NomqMemory& operator=(const NomqMemory&) = delete;

  nomq::Tables tables();

 private:
  // Not a vector where the content is written before it is read: zeroing would touch every page.
  struct Room {
    explicit Room(std::size_t bytes) : memory(std::make_unique_for_overwrite<std::uint8_t[]>(bytes)), size(bytes) {}
    MutBytes bytes() { return {memory.get(), size}; }
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t size;
  };

  std::size_t retained_per_channel_;
  std::vector<nomq::Channel> channels_;
  std::vector<nomq::Channel*> channel_buckets_, own_;
  std::vector<nomq::Interest> interests_;
  std::vector<nomq::Interest*> interest_buckets_;
  std::vector<nomq::Peer> peers_;
  std::vector<nomq::Peer::Name*> peer_buckets_;
  std::vector<nomq::Retained> retained_;
  Room retained_memory_;
  std::vector<nomq::Slot> slots_;
  std::vector<nomq::Slot*> slot_buckets_;
  Room messages_;
  std::vector<nomq::Debt> debts_;
  std::vector<nomq::Debt*> debt_buckets_;
  std::vector<nomq::SessionId> who_;
  std::vector<nomq::Replay::Sessions::Entry> sessions_;
  std::vector<nomq::Replay::Traces::Entry> traces_;
  std::vector<nomq::Receipt> receipts_;
  std::vector<nomq::Receipt*> receipt_buckets_;
  std::vector<nomq::QueuedEvent> events_;
  std::vector<nomq::Answer> answers_;
  std::vector<DueTimer> timers_;
  std::vector<crypto::SealJob> seal_jobs_;
  std::vector<crypto::OpenJob> open_jobs_;
};

}  // namespace tacit::host
