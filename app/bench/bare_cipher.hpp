#pragma once
#include <memory>

#include "tacit/crypto/crypto.hpp"

namespace tacit::app::bench {

// Whose cipher and sizes: those of a NoMQ packet, of a USMP frame or of an mqtt-e2e envelope.
enum class Like : std::uint8_t { nomq, usmp, e2e };
enum class Seals : bool { no, yes };

// The cryptography of a protocol's packets without the protocol, sealed and opened by the batch. Both ends have one.
class BareCipher {
 public:
  static constexpr std::size_t batch = 64;

  virtual ~BareCipher() = default;

  // Of a datagram or frame with a message of that size.
  virtual std::size_t size_of(std::size_t message) const = 0;
  // The message in it; clear before seal() and after open().
  virtual MutBytes message_in(MutBytes packet, std::size_t message) const = 0;

  // At most 64 packets of that size, back to back.
  virtual void seal(MutBytes packets, std::size_t size) = 0;
  virtual bool open(MutBytes packets, std::size_t size) = 0;  // whether all of them are authentic
};

// With Seals::no packets are as large, and stay in the clear.
std::unique_ptr<BareCipher> bare_cipher(Like, Seals);

}  // namespace tacit::app::bench
