#pragma once
#include "tacit/base/time.hpp"
#include "tacit/kit/outbox.hpp"
#include "tacit/nomq/packet.hpp"

namespace tacit::nomq {

// Packets on their way out: laid out in the outbox one by one, sealed many at a time. The destructor seals
// what is left, because what lies unsealed in an outbox would leave in the clear.
class Sealing {
 public:
  Sealing(crypto::PacketCipher& cipher, std::span<crypto::SealJob> jobs, crypto::Random& random, Outbox& out,
          UnixTime now)
      : cipher_(cipher), jobs_(jobs), random_(random), out_(out), now_(now) {}
  Sealing(const Sealing&) = delete;
  Sealing& operator=(const Sealing&) = delete;
  ~Sealing() { seal(); }

  // Every transmission gets a new IV and the time of now, as the receiver counts it: they are put into the header here.
  // False, with nothing done, when the outbox is full.
  bool add(Header&, Bytes front, Bytes rest, const Path& to, bool from_2000 = false);

  std::uint32_t now_s() const { return now_.s; }
  std::uint32_t added() const { return added_; }

 private:
  void seal();

  crypto::PacketCipher& cipher_;
  std::span<crypto::SealJob> jobs_;
  crypto::Random& random_;
  Outbox& out_;
  UnixTime now_;
  std::size_t waiting_ = 0;
  std::uint32_t added_ = 0;
};

}  // namespace tacit::nomq
