#pragma once
#include <functional>
#include <memory>

#include "app/bench/lossy_relay.hpp"
#include "app/bench/nomq_group.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/port/linux/lan_driver.hpp"

namespace tacit::app::bench {

// A node with its sockets on loopback, for one thread. Throws std::system_error where there are none.
class NomqStation {
 public:
  NomqStation(const NomqGroup&, std::uint16_t port);
  NomqStation(const NomqStation&) = delete;
  NomqStation& operator=(const NomqStation&) = delete;

  // Deals with what has come, waiting so long for something.
  void turn(Duration at_most) {
    if (sockets_.wait(at_most)) driver_.turn();
  }
  void flush() { driver_.flush(); }

 private:
  crypto::HostRandom random_;
  crypto::CbcHmac cipher_;
  host::NomqMemory memory_;

 public:
  nomq::Node node;
  std::function<void(const nomq::Message&)> on_message = [](const nomq::Message&) {};
  std::uint64_t outcomes = 0;

 private:
  linux_port::LanSockets sockets_;
  linux_port::LanDriver<nomq::Node> driver_;
};

// What is published with an acknowledgement has ended by then, delivered or given up after a minute.
inline constexpr Duration ended_after{61'000'000};

// Two of them that have found each other, each subscribed to the channel of its own.
class NomqPair {
 public:
  // With a relay between them, which loses so many percent as soon as they have found each other; or without one.
  explicit NomqPair(std::optional<double> loss = std::nullopt);

  std::unique_ptr<LossyRelay> relay;
  std::unique_ptr<NomqStation> one, other;
  nomq::ChannelId to_one = nomq::channel_id("one"), to_other = nomq::channel_id("other");

 private:
  void introduce();
};

}  // namespace tacit::app::bench
