#pragma once
#include "tacit/nomq/event_queue.hpp"
#include "tacit/nomq/left_out.hpp"

namespace tacit::nomq {

// How much of everything, and what happens when it is used up. The defaults are the original's limits.
struct Sizes {
  std::size_t channels = 20;             // subscriptions of ours; subscribe() gives channels_full
  std::size_t slots = 50;                // messages queued or unacknowledged; publish() gives queue_full
  std::size_t message_bytes = 1024;      // longest message to publish; publish() gives too_large
  std::size_t peers = 16;                // a further one is peers_full, or the longest lost is forgotten
  std::size_t interests = 64;            // subscriptions of peers; a further one is subscriptions_full
  std::size_t debts = 128;               // acknowledgements owed to us; publishing waits. At least peers + 1
  std::size_t retained = 0;              // messages kept for who comes later; publish() gives retained_full
  std::size_t retained_per_channel = 5;  // the oldest gives way
  std::size_t receipts = 8;              // messages not yet accepted; a further one is unaccepted_full
  std::size_t sessions = 16;             // senders remembered against replay; replay_memory_full. 2^n
  // SUBSCRIBEs, HEARTBEATs and messages whose ids do not count up, of two minutes; likewise. 2^n. A peer that
  // starts sends twelve and more, and then four for each two minutes.
  std::size_t traces = 256;
  std::size_t events = 4;   // input() stops
  std::size_t answers = 4;  // input() stops
  std::size_t batch = 1;    // packets that the cipher gets at once
};

constexpr std::size_t buckets_for(std::size_t elements) {
  std::size_t buckets = 1;
  while (buckets < elements) buckets *= 2;
  return buckets;
}

// The node's whole memory, borrowed. A device takes it from a static Memory, a host from the heap once.
struct Tables {
  std::span<Channel> channels;  // room for our subscriptions, and for one more for each interest
  std::span<Channel*> channel_buckets;
  std::span<Channel*> own;
  std::span<Interest> interests;
  std::span<Interest*> interest_buckets;
  std::span<Peer> peers;
  std::span<Peer::Name*> peer_buckets;
  std::span<Retained> retained;
  MutBytes retained_memory;
  std::size_t retained_per_channel = 5;
  Publisher::Tables publisher;
  Subscriber::Tables subscriber;
  std::span<Replay::Sessions::Entry> sessions;
  std::span<Replay::Traces::Entry> traces;
  std::span<QueuedEvent> events;
  std::span<Answer> answers;
  std::span<DueTimer> timers;  // one for each peer, slot and receipt, and node_timers
  std::span<crypto::SealJob> seal_jobs;
  std::span<crypto::OpenJob> open_jobs;
};
inline constexpr std::size_t node_timers = 8;

// All zero to begin with, so that a device has it `constinit`: no code fills it.
template <Sizes Of> struct Memory {
  std::array<Channel, Of.channels + Of.interests> channels{};
  std::array<Channel*, buckets_for(Of.channels + Of.interests)> channel_buckets{};
  std::array<Channel*, Of.channels> own{};
  std::array<Interest, Of.interests> interests{};
  std::array<Interest*, buckets_for(Of.interests)> interest_buckets{};
  std::array<Peer, Of.peers> peers{};
  std::array<Peer::Name*, buckets_for(2 * Of.peers)> peer_buckets{};
  std::array<Retained, Of.retained> retained{};
  std::array<std::uint8_t, Of.retained * Of.message_bytes> retained_memory{};
  std::array<Slot, Of.slots> slots{};
  std::array<Slot*, buckets_for(Of.slots)> slot_buckets{};
  std::array<std::uint8_t, Of.slots * Of.message_bytes> messages{};
  std::array<Debt, Of.debts> debts{};
  std::array<Debt*, buckets_for(Of.debts)> debt_buckets{};
  std::array<SessionId, Of.peers> who{};
  std::array<Replay::Sessions::Entry, Of.sessions> sessions{};
  std::array<Replay::Traces::Entry, Of.traces> traces{};
  std::array<Receipt, Of.receipts> receipts{};
  std::array<Receipt*, buckets_for(Of.receipts)> receipt_buckets{};
  std::array<QueuedEvent, Of.events> events{};
  std::array<Answer, Of.answers> answers{};
  std::array<DueTimer, Of.peers + Of.slots + Of.receipts + node_timers> timers{};
  std::array<crypto::SealJob, Of.batch> seal_jobs{};
  std::array<crypto::OpenJob, Of.batch> open_jobs{};

  Tables tables() {
    return {channels,
            channel_buckets,
            own,
            interests,
            interest_buckets,
            peers,
            peer_buckets,
            retained,
            retained_memory,
            Of.retained_per_channel,
            {slots, slot_buckets, messages, debts, debt_buckets, who},
            {receipts, receipt_buckets},
            sessions,
            traces,
            events,
            answers,
            timers,
            seal_jobs,
            open_jobs};
  }
};

}  // namespace tacit::nomq
