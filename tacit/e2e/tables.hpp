#pragma once
#include "tacit/e2e/filters.hpp"
#include "tacit/e2e/outgoing.hpp"
#include "tacit/e2e/topic_statistics.hpp"

namespace tacit::e2e {

// How much of everything, and what happens when it is used up.
struct Sizes {
  std::size_t heard = 4;            // filters to hear; hear() gives channels_full
  std::size_t spoken = 4;           // filters to speak; speak() gives channels_full
  std::size_t topic_bytes = 64;     // longest filter, without the base; too_large
  std::size_t slots = 8;            // messages that wait; publish() gives queue_full, or the lowest gives way
  std::size_t message_bytes = 256;  // longest message to publish, with the longest topic; publish() gives too_large
  std::size_t outcomes = 16;        // not yet polled; publish() gives queue_full. Twice the slots
  // Packets of up to 30 s, received and sent. Where there are more, the oldest give way, and what came later than those
  // is refused as replay_memory_full.
  std::size_t seen = 64;
  std::size_t topics = 8;  // statistics; that which was used least recently gives way
  std::size_t events = 4;  // input() takes nothing
};

constexpr std::size_t buckets_for(std::size_t elements) {
  std::size_t buckets = 1;
  while (buckets < elements) buckets *= 2;
  return buckets;
}

// The link's whole memory, borrowed.
struct Tables {
  Filters::Tables heard, spoken;
  OutgoingQueue::Tables outgoing;
  Seen::Tables seen;
  TopicStatistics::Tables topics;
  std::span<Event> events;
};

// A device takes it from a static one, all zero to begin with; a host fills the same Tables from the heap once.
template <Sizes Of> struct Memory {
  static constexpr std::size_t full_topic_bytes = TopicBase::size + 1 + Of.topic_bytes;

  std::array<std::uint16_t, Of.heard> heard{};
  std::array<std::uint8_t, Of.heard * Of.topic_bytes> heard_texts{};
  std::array<std::uint16_t, Of.spoken> spoken{};
  std::array<std::uint8_t, Of.spoken * Of.topic_bytes> spoken_texts{};
  std::array<Slot, Of.slots> slots{};
  std::array<std::uint8_t, Of.slots*(full_topic_bytes + Of.message_bytes)> messages{};
  std::array<Outcome, Of.outcomes> outcomes{};
  std::array<DueTimer, Of.slots> timers{};
  std::array<Seen::Packet, Of.seen> seen{};
  std::array<Seen::Packet*, Of.seen> oldest{};
  std::array<Seen::Packet*, buckets_for(Of.seen)> seen_buckets{};
  std::array<TopicStatistics::Entry, Of.topics> topics{};
  std::array<std::uint8_t, Of.topics * Of.topic_bytes> topic_texts{};
  std::array<TopicStatistics::Entry*, buckets_for(Of.topics)> topic_buckets{};
  std::array<Event, Of.events> events{};

  Tables tables() {
    return {{heard, heard_texts},
            {spoken, spoken_texts},
            {slots, messages, outcomes, timers},
            {seen, oldest, seen_buckets},
            {topics, topic_texts, topic_buckets},
            events};
  }
};

}  // namespace tacit::e2e
