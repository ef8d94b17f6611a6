#pragma once
#include <memory>

#include "tacit/host/conformance/nomq_vectors.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/nomq/suffix_cipher.hpp"

namespace tacit::host::conformance {

// Whom the node talks to in all cases.
inline constexpr nomq::SessionId peer_session{0xA1B2C3D4}, own_session{0xC0FFEE01};
inline constexpr Endpoint peer_address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}, 8888};
inline constexpr Endpoint own_address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}, 8888};

// A node on a wire that loses nothing, with a clock and dice that are variables. It was started an hour before
// `now_s` and has subscribed; from then on its wall clock stands, while time passes.
class Station {
 public:
  struct Sent {
    bool to_peer = false;
    ByteString bytes;
  };

  // Texts of `subscribed` outlive it.
  Station(nomq::Profile, const NomqKeys&, std::uint32_t now_s, const std::vector<std::string>& subscribed);

  nomq::Profile profile() const { return profile_; }
  nomq::Node& node() { return node_; }
  Now now() const;

  // A packet arrives from the peer's address; why it was dropped, or nothing.
  std::optional<Reason> receive(Bytes packet);
  void pass(Duration);
  Result<nomq::Handle> publish(const nomq::Publication&);

  // As the peer would seal it, at this time.
  ByteString seal_as_peer(nomq::Header, Bytes body);
  // Opens where it lies what the node sent.
  Result<nomq::Opened> open(MutBytes packet);

  // What came out since the last forget().
  std::size_t delivered() const { return delivered_; }
  const std::vector<Sent>& sent() const { return sent_; }
  bool ended(nomq::Handle) const;  // ever
  void forget();

  // Of the port, for kit's loop.
  Outbox& outbox();
  void send(const Outbox&);
  void deliver(const nomq::Event&);

 private:
  // Dice that always fall alike.
  class Dice final : public crypto::Random {
   public:
    void fill(MutBytes) override;

   private:
    std::uint64_t state_ = 0;
  };
  using Memory = nomq::Memory<nomq::Sizes{.channels = 256,
                                          .slots = 64,
                                          .peers = 16,
                                          .interests = 512,
                                          .debts = 256,
                                          .receipts = 64,
                                          .sessions = 32,
                                          .traces = 1024,
                                          .events = 16,
                                          .answers = 16}>;

  crypto::PacketCipher& cipher();

  const nomq::Profile profile_;
  const std::uint32_t now_s_;
  nomq::SuffixCipher suffix_;
  crypto::CbcHmac hmac_;
  Dice dice_;
  std::unique_ptr<Memory> memory_;
  nomq::Node node_;
  Instant tick_{};
  std::array<std::uint8_t, 16 * 1024> room_;
  std::array<Outbox::Run, 16> runs_;
  Outbox outbox_{room_, runs_};
  std::vector<Sent> sent_;
  std::vector<nomq::Handle> ended_;
  std::size_t delivered_ = 0;
};

}  // namespace tacit::host::conformance
