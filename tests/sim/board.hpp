#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>

#include "tacit/port/sim/network.hpp"
#include "tests/support/nomq_forge.hpp"

namespace tacit::test {

// A board that runs the original code at its last revision, oddities included; specification sections 1 and 5 to 8. It
//
// - puts its messages at offset 16 and takes those of others from offset 20, so boards do not hear each other;
// - drops whatever names a channel that it does not hear, the answers to its own messages too;
// - sends each packet once, and answers none twice: a nonce that it knows is dropped without a word;
// - sleeps 100 ms after each packet, while its socket holds a few and loses the others.
class Board final : public sim::Seat {
 public:
  enum class State : std::uint8_t { none, publish_sent, pubrel_sent, pubrec_sent };
  static constexpr std::size_t socket_size = 6;  // lwIP's, as boards have it

  Board(sim::Network&, std::uint8_t number, nomq::Epoch epoch = nomq::Epoch::unix_1970);
  ~Board() { network_.unseat(*this); }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  void subscribe(std::string_view channel) { channels_.insert(nomq::channel_id(channel)); }
  // To the group, or to an address.
  void publish(std::string_view channel, std::string_view text, nomq::Qos, std::optional<Endpoint> to = {});

  Endpoint at() const override { return at_; }
  void land(std::span<sim::Packet>) override;
  void wake() override;
  std::optional<Instant> next() const override;

  nomq::SessionId session() const { return session_; }
  std::ptrdiff_t times_heard(std::string_view text) const { return std::ranges::count(heard, text); }
  std::ptrdiff_t pending(State state) const {
    return std::ranges::count(pending_, state, [](const auto& entry) { return entry.second; });
  }

  std::vector<std::string> heard;
  std::vector<std::uint32_t> nonces;  // of every PUBLISH that it was given, those that it dropped too
  unsigned overrun = 0;               // packets for which its socket had no room

 private:
  bool on_packet(sim::Packet&);
  void on_publish(const nomq::Opened&, const Endpoint& from);
  void on_control(const nomq::Header&, const Endpoint& from);
  bool is_new(std::uint32_t nonce);
  void reply(nomq::PacketType, const nomq::Header& to, const Endpoint& at, std::uint8_t flags = 0);
  void send(nomq::Header, Bytes body, std::optional<Endpoint> to);
  Instant polls_at(Instant) const;
  std::uint32_t unix_s() const;

  sim::Network& network_;
  const Endpoint at_;
  const nomq::Epoch epoch_;
  sim::Random random_;
  TestCipher cipher_{nomq::Profile::legacy};
  Forger forge_{nomq::Profile::legacy};
  std::set<nomq::ChannelId> channels_;
  std::map<nomq::PacketId, State> pending_;  // one for both roles and all peers
  std::deque<std::pair<Instant, std::uint32_t>> seen_;
  std::deque<sim::Packet> socket_;
  Instant poll_since_, ready_at_;
  nomq::SessionId session_;
  Instant session_since_;
};

}  // namespace tacit::test
