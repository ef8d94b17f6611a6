#pragma once
#include <atomic>
#include <vector>

#include "app/bench/loopback.hpp"
#include "app/bench/numbered.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/port/linux/shards.hpp"
#include "tacit/usmp/hub.hpp"
#include "tacit/usmp/psk.hpp"

namespace tacit::app::bench {

struct UsmpServerOptions {
  std::size_t shards = 1, message = 100;
  std::uint32_t devices = 1;  // and so the sources of messages
  bool answers = false;       // each message goes back to where it came from
};

// What one shard has counted; on a cache line of its own.
struct alignas(64) UsmpCount {
  std::atomic<std::uint64_t> arrived = 0, wrong = 0;
};

// One thread's part of the server.
class UsmpWorker {
 public:
  using Machine = usmp::Hub;
  struct Order {};

  UsmpWorker(std::size_t shard, const UsmpServerOptions&, const usmp::Psk&, UsmpCount&);

  Machine& machine() { return hub_; }
  void deliver(const usmp::HubEvent&);
  void obey(const Order&) {}

 private:
  const UsmpServerOptions options_;
  const usmp::Psk& psk_;
  UsmpCount& count_;
  Tally tally_;
  host::UsmpHubMemory memory_{host::server_sizes};
  crypto::HostRandom random_;
  usmp::Hub hub_;
};

// A server on loopback with a thread for each shard, all of whose devices have one key, a random one. It counts the
// messages that arrive. Throws std::system_error where there are no sockets.
class UsmpServer {
 public:
  explicit UsmpServer(const UsmpServerOptions&);

  Endpoint at() const { return loopback(shards_.port()); }
  const usmp::Psk& psk() const { return psk_; }
  std::uint64_t arrived() const;
  std::uint64_t wrong() const;

 private:
  crypto::HostRandom random_;
  const usmp::Psk psk_;
  std::vector<UsmpCount> counts_;  // one for each shard
  linux_port::Shards<UsmpWorker> shards_;
};

usmp::Psk random_psk(crypto::Random&);
usmp::DeviceId device_id(std::uint32_t number);

}  // namespace tacit::app::bench
