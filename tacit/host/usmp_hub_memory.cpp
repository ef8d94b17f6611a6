#include "tacit/host/usmp_hub_memory.hpp"

namespace tacit::host {

using usmp::buckets_of;

UsmpHubMemory::UsmpHubMemory(const usmp::HubSizes& of)
    : sessions_(of.sessions), id_buckets_(buckets_of(of.sessions)), device_buckets_(buckets_of(of.sessions)),
      place_buckets_(buckets_of(of.sessions)), handshakes_(of.handshakes),
      handshake_buckets_(buckets_of(of.handshakes)), origins_(of.origins), origin_buckets_(buckets_of(of.origins)),
      records_(of.records), record_buckets_(buckets_of(of.records)), connections_(of.connections), keys_(of.keys),
      key_buckets_(buckets_of(of.keys)), messages_(of.messages), reassemblies_(of.reassemblies),
      message_memory_(usmp::message_size_max * (of.messages + of.reassemblies)), events_(of.events),
      answers_(of.answers), timers_(of.sessions + of.handshakes) {}

usmp::HubTables UsmpHubMemory::tables() {
  return {{sessions_, id_buckets_, device_buckets_, place_buckets_},
          {handshakes_, handshake_buckets_},
          {origins_, origin_buckets_, records_, record_buckets_},
          connections_,
          keys_,
          key_buckets_,
          messages_,
          reassemblies_,
          message_memory_,
          events_,
          answers_,
          timers_};
}

}  // namespace tacit::host
