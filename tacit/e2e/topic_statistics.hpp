#pragma once
#include <string_view>

#include "tacit/base/bytes.hpp"
#include "tacit/e2e/packet_time.hpp"
#include "tacit/kit/recent.hpp"
#include "tacit/kit/salted_hash.hpp"

namespace tacit::e2e {

// What went over one topic since it was first heard or spoken on. The counts wrap.
struct TopicCounts {
  std::uint32_t received = 0, sent = 0, refused = 0;
  Instant last;               // received or sent
  std::int64_t delay_ns = 0;  // of the last received: our clock less its sender's. Below zero: the clocks differ
};

// Counts for topics in borrowed memory. Only what is authentic, or ours, makes an entry, so that a flood of invented
// names pushes out nobody; where there is no more room, the topic that was used least recently gives way.
class TopicStatistics {
 public:
  struct Entry : tacit::Link<> {
    MutBytes memory;
    std::uint16_t size = 0;
    std::uint32_t hash = 0;
    TopicCounts counts;
    Entry* next_in_index = nullptr;

    std::string_view topic() const { return text_of(Bytes(memory).first(size)); }
  };
  struct Tables {
    std::span<Entry> entries;   // may be none
    MutBytes texts;             // each entry gets an equal part: the longest topic
    std::span<Entry*> buckets;  // a power of two of them, one at least
  };
  TopicStatistics(const Tables&, std::uint32_t salt);

  void received(std::string_view topic, Instant, std::int64_t delay_ns);
  void sent(std::string_view topic, Instant);
  void refused(std::string_view topic);

  // Calls each(topic, counts) for all that are known, in no order.
  template <class Each> void for_each(Each each) const {
    for (const Entry& entry : entries_)
      if (entry.size != 0) each(entry.topic(), entry.counts);
  }

 private:
  struct Key {
    std::string_view topic;
    std::uint32_t hash = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct ByTopic {
    using Key = TopicStatistics::Key;
    static Key key(const Entry& entry) { return {entry.topic(), entry.hash}; }
    static std::size_t hash(const Key& key) { return key.hash; }
    static Entry*& next(Entry& entry) { return entry.next_in_index; }
    static void begin(Entry&, const Key&);
  };

  Key key_of(std::string_view topic) const { return {topic, salted_hash(salt_, bytes_of(topic))}; }
  TopicCounts* used(std::string_view topic, Instant);

  std::span<Entry> entries_;
  std::uint32_t salt_;
  Recent<Entry, ByTopic> recent_;
};

}  // namespace tacit::e2e
