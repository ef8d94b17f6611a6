#pragma once
#include <vector>

#include "tacit/usmp/hub_tables.hpp"

namespace tacit::host {

// For one server of some thousand devices: this takes some 10 MB. Expanded keys are as many as a processor keeps near:
// to fetch one from farther away takes as long as to expand it anew.
inline constexpr usmp::HubSizes server_sizes{
    .sessions = 4096,
    .handshakes = 512,
    .connections = 4608,
    .keys = 256,
    .messages = 1024,
    .reassemblies = 256,
    .origins = 8192,
    .records = 4096,
    .events = 256,
    .answers = 256,
};

// What usmp::HubMemory is to a device: all tables of one hub, taken from the heap once, before the hub is made.
class UsmpHubMemory {
 public:
  explicit UsmpHubMemory(const usmp::HubSizes&);
  UsmpHubMemory(const UsmpHubMemory&) = delete;
  UsmpHubMemory& operator=(const UsmpHubMemory&) = delete;

  usmp::HubTables tables();

 private:
  std::vector<usmp::HubSession> sessions_;
  std::vector<usmp::HubSession*> id_buckets_, device_buckets_;
  std::vector<usmp::Place*> place_buckets_;
  std::vector<usmp::Handshake> handshakes_;
  std::vector<usmp::Handshake*> handshake_buckets_;
  std::vector<usmp::Origin> origins_;
  std::vector<usmp::Origin*> origin_buckets_;
  std::vector<usmp::Record> records_;
  std::vector<usmp::Record*> record_buckets_;
  std::vector<usmp::HubConnection> connections_;
  std::vector<usmp::KeyCache::Entry> keys_;
  std::vector<usmp::KeyCache::Entry*> key_buckets_;
  std::vector<usmp::HubOutgoing> messages_;
  std::vector<usmp::Reassembly> reassemblies_;
  std::vector<std::uint8_t> message_memory_;
  std::vector<usmp::HubEvent> events_;
  std::vector<usmp::HubAnswer> answers_;
  std::vector<DueTimer> timers_;
};

}  // namespace tacit::host
