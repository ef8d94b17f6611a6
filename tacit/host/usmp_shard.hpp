#pragma once
#include <atomic>
#include <functional>
#include <unordered_map>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/usmp_gate.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/port/linux/clock.hpp"
#include "tacit/port/linux/shards.hpp"
#include "tacit/usmp/hub.hpp"

namespace tacit::host {

// Messages of all shards that the owner has not received yet. Beyond the limit the gates are shut.
struct UsmpBacklog {
  std::atomic<std::size_t> waiting{0};
  std::size_t limit = 0;
  bool has_room() const { return waiting.load(std::memory_order_relaxed) < limit; }
};

// One thread's part of a UsmpServer: a hub, and the way from it to the owner. All of it belongs to that thread.
class UsmpShard {
 public:
  using Machine = Gate<usmp::Hub>;
  using Order = std::function<void(UsmpShard&)>;

  // Who is told, on the shard's thread.
  struct Owner {
    std::function<void(std::size_t shard, const usmp::HubEvent&)> happened;  // no outcome
    std::function<void(std::uint64_t operation, std::optional<Reason>)> ended;
  };

  UsmpShard(std::size_t index, const usmp::HubConfig&, const usmp::HubSizes&, linux_port::ShardExchange&,
            std::shared_ptr<UsmpBacklog>, Owner);

  Machine& machine() { return gate_; }
  void deliver(const usmp::HubEvent&);
  void obey(const Order& order) { order(*this); }

  // --- for orders
  usmp::Hub& hub() { return hub_; }
  void send(std::uint64_t operation, usmp::SessionRef, Bytes message);

 private:
  std::size_t index_;
  linux_port::ShardExchange& exchange_;
  std::shared_ptr<UsmpBacklog> backlog_;
  Owner owner_;
  UsmpHubMemory memory_;
  crypto::HostRandom random_;
  usmp::Hub hub_;
  Machine gate_;
  std::unordered_map<usmp::Handle, std::uint64_t> operations_;  // as many as the hub has messages, at most
};
static_assert(linux_port::ShardWorker<UsmpShard>);

}  // namespace tacit::host
