#pragma once
#include <map>

#include "tacit/port/sim/network.hpp"
#include "tests/sim/witness.hpp"

namespace tacit::test {

// Records what it hears and sends it again, within the time in which its clock still fits: from where it came, from an
// address of another node, or from that of a victim who never said a word. It has no key.
//
// It also keeps the books of those victims: an address that has proven nothing gets no more bytes than came from there.
// A node that moves keeps what a victim gave it, so the books are those of all nodes together.
class Attacker {
 public:
  Attacker(sim::Network& network, Witness& witness, std::uint64_t seed)
      : network_(network), witness_(witness), dice_(seed) {}

  void on_sent(const sim::Packet& packet) {
    if (is_victim(packet.to) && !injecting_) {
      auto& [in, out] = books_[packet.to];
      out += packet.bytes.size();
      if (out > in) witness_.complain("an address that proved nothing got more than came from it");
    }
    // It does not hear what goes to a victim: no proof of address stops who can relay that.
    if (injecting_ || is_victim(packet.to) || !dice_.chance(30)) return;
    if (recorded_.size() < 64) recorded_.push_back({network_.now(), packet});
    else recorded_[dice_.below(64)] = {network_.now(), packet};
  }
  void on_landed(const sim::Packet& packet) {
    if (is_victim(packet.from)) books_[packet.from].first += packet.bytes.size();
  }

  bool is_genuine() const { return !injecting_; }  // what is being sent

  void strike(const std::vector<Endpoint>& nodes) {
    for (unsigned left = dice_.between(1, 40); left > 0 && !recorded_.empty(); --left) {
      const auto& [at, original] = recorded_[dice_.below(static_cast<std::uint32_t>(recorded_.size()))];
      if (network_.now() - at > Duration{60'000'000}) continue;
      sim::Packet packet = original;
      if (dice_.chance(60)) packet.from = dice_.chance(50) ? victim(dice_.below(3)) : any(nodes);
      if (dice_.chance(60)) packet.to = any(nodes), packet.to_group = false;
      if (packet.to == Endpoint{}) packet.to_group = true;
      injecting_ = true;
      network_.send(packet);
      injecting_ = false;
    }
  }

 private:
  static Endpoint victim(std::uint32_t number) {
    Endpoint at;
    at.ip[0] = 0xFC, at.ip[15] = static_cast<std::uint8_t>(number), at.port = 7;
    return at;
  }
  static bool is_victim(const Endpoint& at) { return at.ip[0] == 0xFC; }
  const Endpoint& any(const std::vector<Endpoint>& nodes) {
    return nodes[dice_.below(static_cast<std::uint32_t>(nodes.size()))];
  }

  sim::Network& network_;
  Witness& witness_;
  sim::Random dice_;
  bool injecting_ = false;
  std::vector<std::pair<Instant, sim::Packet>> recorded_;
  std::map<Endpoint, std::pair<std::size_t, std::size_t>> books_;  // of each victim: bytes from there, bytes to there
};

}  // namespace tacit::test
