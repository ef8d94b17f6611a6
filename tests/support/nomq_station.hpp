#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "tacit/nomq/node.hpp"
#include "tacit/nomq/suffix_cipher.hpp"
#include "tacit/port/sim/random.hpp"

namespace tacit::test {

// The cipher of either profile, with keys that all tests share.
class TestCipher {
 public:
  explicit TestCipher(nomq::Profile profile) : legacy_(profile == nomq::Profile::legacy) {}
  operator crypto::PacketCipher&() {
    if (legacy_) return suffix_;
    return hmac_;
  }

 private:
  const Secret<32> encryption_{bytes_of("encryption, thirty-two bytes key")};
  const Secret<32> mac_{bytes_of("authentication, 32 bytes of text")};
  bool legacy_;
  crypto::CbcHmac hmac_{encryption_, mac_};
  nomq::SuffixCipher suffix_{encryption_, mac_};
};

struct Said {
  Path path;
  std::vector<std::uint8_t> bytes;

  // What can be read without a key.
  nomq::Header header() const { return *wire::decode<nomq::Header>(bytes); }
  nomq::PacketType type() const { return header().type; }
};

inline std::size_t count(const std::vector<Said>& said, nomq::PacketType type) {
  return static_cast<std::size_t>(std::ranges::count(said, type, &Said::type));
}

// The first event of a kind, or null; and how many of them there are.
template <class Kind> const Kind* first(const std::vector<nomq::Event>& events) {
  for (const auto& event : events)
    if (const auto* kind = std::get_if<Kind>(&event)) return kind;
  return nullptr;
}
template <class Kind> std::size_t count(const std::vector<nomq::Event>& events) {
  return static_cast<std::size_t>(
      std::ranges::count_if(events, [](const auto& event) { return std::holds_alternative<Kind>(event); }));
}

// Seconds after the start of a test, on both clocks.
inline Now at(double seconds) {
  const auto us = static_cast<std::int64_t>(seconds * 1e6);
  return {Instant{us}, UnixTime{1'750'000'000u + static_cast<std::uint32_t>(us / 1'000'000),
                                static_cast<std::uint32_t>(us % 1'000'000) * 1000}};
}

inline Endpoint endpoint(std::uint8_t host, std::uint16_t port = 8890) {
  Endpoint at;
  at.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, host};
  at.port = port;
  return at;
}

inline constexpr nomq::Sizes roomy{.channels = 8,
                                   .slots = 32,
                                   .peers = 8,
                                   .interests = 32,
                                   .debts = 64,
                                   .retained = 16,
                                   .sessions = 16,
                                   .traces = 128,
                                   .events = 64,
                                   .answers = 64,
                                   .batch = 8};

// A node with all that it needs, for tests that hand packets over by themselves.
template <nomq::Sizes Of = roomy> class Station {
 public:
  explicit Station(std::uint8_t number, const nomq::Config& config = {})
      : address(endpoint(number)), random(number), cipher(config.profile),
        node(config, memory.tables(), cipher, random) {}

  // All that the node has to say now; what is due happens first.
  std::vector<Said> say(const Now& now) {
    node.timeout(now);
    std::vector<Said> said;
    std::vector<std::uint8_t> bytes(20'000);
    std::array<Outbox::Run, 64> runs;
    for (Outbox out(bytes, runs);; out.clear()) {
      node.poll_transmit(out, now);
      if (out.empty()) return said;
      for (const Outbox::Run& run : out.runs())
        for_each_datagram(run.bytes, run.datagram_size,
                          [&](MutBytes one) { said.push_back({run.path, {one.begin(), one.end()}}); });
    }
  }

  // Hears copies of packets that `from` sent, all at once, and says what came of it. What the events point to lives
  // until the next call.
  std::vector<nomq::Event> hear(const std::vector<Said>& said, const Endpoint& from, const Now& now) {
    heard_ = said;
    std::vector<Datagram> in;
    for (Said& one : heard_)
      in.push_back({{from, one.path.to_group ? Endpoint{} : address, one.path.to_group}, one.bytes});
    std::vector<nomq::Event> events;
    for (std::span<Datagram> left = in; !left.empty();) {
      left = left.subspan(node.input(left, now));
      while (auto event = node.poll_event()) events.push_back(*event);
    }
    while (auto event = node.poll_event()) events.push_back(*event);
    return events;
  }

  std::uint32_t refused(Reason reason) const { return node.counters()[reason]; }

  Endpoint address;
  sim::Random random;
  TestCipher cipher;
  nomq::Memory<Of> memory;
  nomq::Node node;

 private:
  std::vector<Said> heard_;
};

}  // namespace tacit::test
