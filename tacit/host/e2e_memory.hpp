#pragma once
#include <vector>

#include "tacit/e2e/tables.hpp"

namespace tacit::host {

// Generous, as a host can be: some 9 MB, most of which becomes memory as it is used.
inline constexpr e2e::Sizes e2e_sizes{
    .heard = 64,
    .spoken = 64,
    .topic_bytes = 256,
    .slots = 1024,
    .message_bytes = 8192,
    .outcomes = 2048,
    .seen = 65'536,
    .topics = 1024,
    .events = 256,
};

// What e2e::Memory is to a device: all tables of one link, taken from the heap once, before the link is made.
class E2eMemory {
 public:
  explicit E2eMemory(const e2e::Sizes& = e2e_sizes);
  E2eMemory(const E2eMemory&) = delete;
  E2eMemory& operator=(const E2eMemory&) = delete;

  e2e::Tables tables();

 private:
  std::vector<std::uint16_t> heard_, spoken_;
  std::vector<std::uint8_t> heard_texts_, spoken_texts_;
  std::vector<e2e::Slot> slots_;
  std::vector<std::uint8_t> messages_;
  std::vector<e2e::Outcome> outcomes_;
  std::vector<DueTimer> timers_;
  std::vector<e2e::Seen::Packet> seen_;
  std::vector<e2e::Seen::Packet*> oldest_, seen_buckets_;
  std::vector<e2e::TopicStatistics::Entry> topics_;
  std::vector<std::uint8_t> topic_texts_;
  std::vector<e2e::TopicStatistics::Entry*> topic_buckets_;
  std::vector<e2e::Event> events_;
};

}  // namespace tacit::host
