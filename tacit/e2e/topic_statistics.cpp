#include "tacit/e2e/topic_statistics.hpp"

namespace tacit::e2e {

TopicStatistics::TopicStatistics(const Tables& tables, std::uint32_t salt)
    : entries_(tables.entries), salt_(salt), recent_(tables.entries, tables.buckets) {
  if (entries_.empty()) return;
  const std::size_t part = tables.texts.size() / entries_.size();
  for (std::size_t place = 0; place < entries_.size(); ++place)
    entries_[place].memory = tables.texts.subspan(place * part, part);
}

void TopicStatistics::received(std::string_view topic, Instant now, std::int64_t delay_ns) {
  TopicCounts* const counts = used(topic, now);
  if (!counts) return;
  ++counts->received;
  counts->delay_ns = delay_ns;
}

void TopicStatistics::sent(std::string_view topic, Instant now) {
  if (TopicCounts* const counts = used(topic, now)) ++counts->sent;
}

void TopicStatistics::refused(std::string_view topic) {
  if (Entry* const entry = recent_.find(key_of(topic))) ++entry->counts.refused;
}

// Null for a topic that is longer than an entry has room for, and where there are no entries.
TopicCounts* TopicStatistics::used(std::string_view topic, Instant now) {
  if (entries_.empty() || topic.size() > entries_[0].memory.size()) return nullptr;
  const Key key = key_of(topic);
  Entry* entry = recent_.find(key);
  if (entry) recent_.touch(*entry);
  else entry = recent_.add(key);
  entry->counts.last = now;
  return &entry->counts;
}

void TopicStatistics::ByTopic::begin(Entry& entry, const Key& key) {
  copy(bytes_of(key.topic), entry.memory);
  entry.size = static_cast<std::uint16_t>(key.topic.size());
  entry.hash = key.hash;
  entry.counts = {};
}

}  // namespace tacit::e2e
