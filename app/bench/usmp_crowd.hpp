#pragma once
#include <vector>

#include "app/bench/crowd_socket.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/port/linux/server_sockets.hpp"
#include "tacit/usmp/hub.hpp"
#include "tacit/usmp/keys.hpp"
#include "tacit/usmp/psk.hpp"

namespace tacit::app::bench {

// The sockets of a server, and those of all its devices.
struct UsmpCrowdSockets {
  UsmpCrowdSockets();  // throws std::system_error where there are none

  Endpoint at;  // the server
  linux_port::ServerSockets server;
  CrowdSocket devices;
};

// What the first `sessions` devices say in turn, 64 messages at a time.
struct UsmpTalk {
  std::size_t sessions, messages;
  Bytes message;
};

// A hub and very many devices in one process. Datagrams are handed over 64 at a time, as a port gives them, so what the
// hub costs is known by itself; or they go through sockets, which the devices share, so a machine's descriptors do not
// limit how many there are.
class UsmpCrowd {
 public:
  // Room for so many devices, each at an address of its own. None of them has a session yet. They can speak through
  // these sockets, and only through these.
  explicit UsmpCrowd(std::size_t devices, const UsmpCrowdSockets* sockets = nullptr);
  UsmpCrowd(const UsmpCrowd&) = delete;
  UsmpCrowd& operator=(const UsmpCrowd&) = delete;

  // The next so many devices connect, handed over. One key pair serves all of theirs: the hub computes no less.
  void connect(std::size_t count);

  // Both give the CPU time in seconds: that of the hub; or that of the server, the kernel's part of its sockets
  // included. Server and devices take turns, so nobody is woken.
  double speak(const UsmpTalk&);
  double speak_through(UsmpCrowdSockets&, const UsmpTalk&);

  std::size_t sessions() const { return hub_.sessions(); }
  std::uint64_t messages() const { return messages_; }  // that the hub told its owner, unchanged
  std::uint64_t wrong() const { return wrong_; }        // … or changed
  double hub_cpu_s() const { return hub_cpu_s_; }       // of all that was handed over; its owner's answers included

  // What one side of a handshake has to compute, so many times: a key pair, the shared secret, the keys, two macs.
  // Seconds of CPU time.
  double cryptography_alone_s(std::size_t count);

  // Of what is here for each, and is not the hub's.
  static constexpr std::size_t bytes_of_device() { return sizeof(Device); }

 private:
  struct Device {
    usmp::SessionId session{};
    Secret<32> key;  // that of its frames
    std::uint32_t seq = 0;
  };
  // Kit's port: what the hub sends stays here until it is given something again.
  struct Port {
    Outbox& outbox();
    void send(const Outbox&);
    void deliver(const usmp::HubEvent&);
    UsmpCrowd& crowd;
  };

  Endpoint address_of(std::size_t n) const { return crowd_address(n, port_of_devices_); }
  void connect_batch(std::size_t count);
  template <class DealWith> void each_batch(const UsmpTalk&, DealWith);
  template <class Write> void write(std::size_t first, std::size_t count, Write write);
  void hand_over();
  template <class Message, class Take> void answers(std::size_t first, Take take);
  usmp::Keys keys(const usmp::Challenge&);

  const Endpoint server_;
  const std::uint16_t port_of_devices_;
  crypto::HostRandom random_;
  const usmp::Psk psk_;
  host::UsmpHubMemory memory_;
  usmp::Hub hub_;
  std::vector<Device> devices_;
  std::size_t connected_ = 0;
  Secret<32> private_key_;
  usmp::Exchange exchange_;
  Bytes expected_;
  std::uint64_t messages_ = 0, wrong_ = 0;
  double hub_cpu_s_ = 0;

  std::vector<Datagram> said_, sent_;
  std::vector<std::uint8_t> said_memory_, sent_memory_, outbox_memory_;
  std::size_t sent_used_ = 0;
  std::vector<Outbox::Run> runs_ = std::vector<Outbox::Run>(256);
  Outbox outbox_;
  Port port_{*this};
};

}  // namespace tacit::app::bench
