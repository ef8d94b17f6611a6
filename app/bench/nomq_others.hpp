#pragma once
#include <optional>
#include <vector>

#include "app/bench/crowd_socket.hpp"
#include "app/bench/nomq_group.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/nomq/body.hpp"
#include "tacit/nomq/sealing.hpp"

namespace tacit::app::bench {

// Very many nodes of a group in the hands of one: whoever has the keys can speak as anyone. What they say is written
// between begin() and said(), at most `crowd_batch` packets, sealed together as a node seals its own.
class NomqOthers {
 public:
  // So many of them, each at an address of its own, which speak to one node.
  NomqOthers(const NomqGroup&, std::size_t many, const Endpoint& node, std::uint16_t port);

  void begin(const Now&);  // with a wall clock

  void subscribe(std::size_t who, std::string_view channel);
  void heartbeat(std::size_t who, const nomq::HeartbeatBody&, nomq::HeartbeatFlags);
  void publish(std::size_t who, const nomq::ChannelId&, Bytes message);  // QoS 0
  void acknowledge(std::size_t who, const nomq::Header& message);        // QoS 1

  // Valid until begin().
  std::span<Datagram> said();

 private:
  static nomq::SessionId session_of(std::size_t who);
  nomq::Header header(nomq::PacketType, std::size_t who);
  void add(std::size_t who, nomq::Header, Bytes front, Bytes rest = {});

  const Endpoint node_;
  const std::uint16_t port_;
  crypto::HostRandom random_;
  crypto::CbcHmac cipher_;
  std::vector<std::uint32_t> ids_;  // how many packets each has numbered
  std::uint32_t now_s_ = 0;
  std::vector<crypto::SealJob> jobs_ = std::vector<crypto::SealJob>(crowd_batch);
  std::vector<std::uint8_t> memory_;
  std::vector<Outbox::Run> runs_ = std::vector<Outbox::Run>(crowd_batch);
  Outbox out_{memory_, runs_};
  std::optional<nomq::Sealing> sealing_;
  std::vector<Datagram> said_;
};

}  // namespace tacit::app::bench
