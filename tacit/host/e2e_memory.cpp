#include "tacit/host/e2e_memory.hpp"

namespace tacit::host {

using e2e::buckets_for;

E2eMemory::E2eMemory(const e2e::Sizes& of)
    : heard_(of.heard), spoken_(of.spoken), heard_texts_(of.heard * of.topic_bytes),
      spoken_texts_(of.spoken * of.topic_bytes), slots_(of.slots),
      messages_(of.slots * (e2e::TopicBase::size + 1 + of.topic_bytes + of.message_bytes)), outcomes_(of.outcomes),
      timers_(of.slots), seen_(of.seen), oldest_(of.seen), seen_buckets_(buckets_for(of.seen)), topics_(of.topics),
      topic_texts_(of.topics * of.topic_bytes), topic_buckets_(buckets_for(of.topics)), events_(of.events) {}

e2e::Tables E2eMemory::tables() {
  return {{heard_, heard_texts_},
          {spoken_, spoken_texts_},
          {slots_, messages_, outcomes_, timers_},
          {seen_, oldest_, seen_buckets_},
          {topics_, topic_texts_, topic_buckets_},
          events_};
}

}  // namespace tacit::host
