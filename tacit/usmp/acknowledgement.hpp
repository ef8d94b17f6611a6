#pragma once
#include "tacit/crypto/crypto.hpp"
#include "tacit/usmp/frame.hpp"

// UTACK, with which each frame is acknowledged on UDP, specification section 7. It is a datagram and no frame.
//
//   | AC AC | type | seq | mac |      type and seq of the frame that is acknowledged
//   |   2   |  1   |  4  | 0/8 |
namespace tacit::usmp {

struct Acknowledgement {
  FrameType type{};
  std::uint32_t seq = 0;

  static constexpr auto layout = wire::layout(wire::le_constant<std::uint16_t{0xACAC}, Reason::bad_magic>,
                                              wire::le<&Acknowledgement::type>, wire::le<&Acknowledgement::seq>);
  friend constexpr bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};
static_assert(wire::size_of<Acknowledgement> == 7);

inline constexpr std::size_t acknowledgement_size = 7, acknowledgement_mac_size = 8;

// Whether one for a frame of this type carries a mac: for sealed frames in version 2. In version 1 anybody can
// acknowledge anything.
constexpr std::size_t acknowledgement_size_of(Wire wire, FrameType type) {
  return acknowledgement_size + (is_sealed(type) && !is_wire_1(wire) ? acknowledgement_mac_size : 0);
}

// What a frame begins with is another number, so the first bytes tell which of the two a datagram is.
bool is_acknowledgement(Bytes datagram);

// Writes one of 7 bytes, or of 15 under the key with which the frame was sealed (for a REKEY the old one).
void encode_acknowledgement(const Acknowledgement&, MutBytes out);
void encode_acknowledgement(const Acknowledgement&, const crypto::HmacSha256& key, MutBytes out);

// Reads one, whose mac is still to be checked. Gives truncated, bad_magic, and bad_length for a size other than 7
// or 15.
Result<Acknowledgement> decode_acknowledgement(Bytes datagram);

// Whether the mac of a datagram that decode_acknowledgement() took is there and right. In constant time.
[[nodiscard]] bool is_authentic_acknowledgement(Bytes datagram, const crypto::HmacSha256& key);

}  // namespace tacit::usmp
