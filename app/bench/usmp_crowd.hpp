#pragma once
#include <memory>
#include <vector>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/usmp/hub.hpp"
#include "tacit/usmp/keys.hpp"
#include "tacit/usmp/psk.hpp"

namespace tacit::app::bench {

// A hub and very many devices in one process, without sockets: datagrams are handed over 64 at a time, as a port gives
// them. So what the hub costs is known by itself, and a machine's descriptors do not limit how many devices there are.
class UsmpCrowd {
 public:
  // Room for so many devices, each at an address of its own. None of them has a session yet.
  explicit UsmpCrowd(std::size_t devices);
  UsmpCrowd(const UsmpCrowd&) = delete;
  UsmpCrowd& operator=(const UsmpCrowd&) = delete;

  // The next so many devices connect. One key pair serves all of theirs: the hub computes no less.
  void connect(std::size_t count);
  // So many messages, from the first `sessions` devices in turn.
  void speak(std::size_t sessions, std::size_t messages, Bytes message);

  std::size_t sessions() const { return hub_.sessions(); }
  std::uint64_t messages() const { return messages_; }  // that the hub told its owner
  double hub_cpu_s() const { return hub_cpu_s_; }       // its owner's answers about keys included

  // What one side of a handshake has to compute, so many times: a key pair, the shared secret, the keys, two macs.
  // Seconds of CPU time.
  double cryptography_alone_s(std::size_t count);

 private:
  static constexpr std::size_t batch = 64;

  struct Device {
    usmp::SessionId session{};
    Secret<32> key;  // that of its frames
    std::uint32_t seq = 0;
  };

 public:
  static constexpr std::size_t bytes_of_device = sizeof(Device);  // of what is here for each, and is not the hub's

 private:
  // Kit's port: what the hub sends stays here until it is given something again.
  struct Port {
    Outbox& outbox();
    void send(const Outbox&);
    void deliver(const usmp::HubEvent&);
    UsmpCrowd& crowd;
  };

  void connect_batch(std::size_t count);
  template <class Write> void say(std::size_t first, std::size_t count, Write write);
  template <class Message, class Take> void answers(std::size_t first, Take take);
  usmp::Keys keys(const usmp::Challenge&);

  crypto::HostRandom random_;
  const usmp::Psk psk_;
  host::UsmpHubMemory memory_;
  usmp::Hub hub_;
  std::vector<Device> devices_;
  std::size_t connected_ = 0;
  Secret<32> private_key_;
  usmp::Exchange exchange_;
  Now now_{Instant{1'000'000}, std::nullopt};
  std::uint64_t messages_ = 0;
  double hub_cpu_s_ = 0;

  std::vector<Datagram> said_, sent_;
  std::vector<std::uint8_t> said_memory_, sent_memory_, outbox_memory_;
  std::size_t sent_used_ = 0;
  std::vector<Outbox::Run> runs_ = std::vector<Outbox::Run>(256);
  Outbox outbox_;
  Port port_{*this};
};

}  // namespace tacit::app::bench
