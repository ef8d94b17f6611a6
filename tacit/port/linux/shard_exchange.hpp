#pragma once
#include <deque>
#include <system_error>
#include <variant>

#include "tacit/kit/machine.hpp"
#include "tacit/kit/steering.hpp"
#include "tacit/port/linux/mailbox.hpp"

namespace tacit::linux_port {

// Has the kernel give what names a shard to the socket that was bound in that place, from 0, of all that share the
// address of this one. What names none goes by the sender's address, as it does without.
std::error_code steer_in_kernel(int fd, const Steering&, std::size_t shards);

// How a server's shards get each what is theirs, where the kernel does not know whose it is: a kernel without the
// filter, a socket that was opened again, and what names no shard and comes from a new address of somebody whom one
// shard knows.
//
// Every function with a shard is for the thread of that shard alone.
class ShardExchange {
 public:
  static constexpr std::size_t datagram_max = 512;  // larger ones are not handed over

  // `places`: a power of two; so much may be on its way to each shard.
  ShardExchange(std::size_t shards, const Steering&, std::size_t places = 1024);

  std::size_t shards() const { return seats_.size(); }
  int fd(std::size_t shard) const { return seats_[shard].mail.fd(); }  // readable when collect() has something

  // Of what this shard's socket received, what is for it, at the beginning of the same memory; the rest is handed over.
  std::span<Datagram> sift(std::size_t shard, std::span<Datagram>);
  // What others handed over: one batch, empty at the end. Valid until the next call.
  std::span<Datagram> collect(std::size_t shard);
  // What comes from there and names no shard is for this one. For an address that has been authenticated: each claim
  // may displace an older one.
  void claim(std::size_t shard, const Endpoint& from);

  struct Counters {
    std::uint64_t handed_over = 0;
    std::uint64_t lost = 0;  // the other's mailbox was full, or the datagram too large
  };
  Counters counters() const;  // of all; from any thread

 private:
  struct Handed {
    Path path;
    std::uint16_t size = 0;
    std::array<std::uint8_t, datagram_max> bytes;
  };
  struct Claim {
    Endpoint from;
    std::size_t shard = 0;
  };
  using Mail = std::variant<Claim, Handed>;

  // Of each shard.
  struct Seat {
    explicit Seat(std::size_t places);
    Mailbox<Mail> mail;
    std::vector<std::optional<Claim>> claims;  // by a hash of the address; the newer displaces the older
    bool has_claims = false;
    std::vector<Handed> handed;  // what was collected last
    std::vector<Datagram> datagrams;
  };

  std::size_t owner_of(std::size_t shard, const Datagram&) const;
  void hand_over(std::size_t to, const Datagram&);
  std::size_t place_of(const Endpoint&) const;

  Steering steering_;
  std::uint32_t salt_;
  std::deque<Seat> seats_;
  std::atomic<std::uint64_t> handed_over_{0}, lost_{0};
};

}  // namespace tacit::linux_port
