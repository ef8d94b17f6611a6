#pragma once
#include "tacit/crypto/crypto.hpp"
#include "tacit/usmp/frame.hpp"

// Frames under the keys of a session, specification section 5. The payload is
//
//   | nonce = seq, first half of the session id | ciphertext | tag |
//   |                12                         |            | 16  |
//
// with AES-256-GCM; authenticated with it are the first ten bytes of the header.
namespace tacit::usmp {

// Size of the frame for so many bytes in the clear.
constexpr std::size_t sealed_size(std::size_t clear) { return header_size + seal_size + clear; }
static_assert(sealed_size(0) == 40 && sealed_size(fragment_size_max) == frame_size_max);

// Writes the whole frame: when this returns, nothing in `frame` is in the clear. `frame` has sealed_size() of the
// text's bytes, at most 492; the text may already lie where the ciphertext will (at 24) and is elsewhere otherwise.
//
// A sequence number never comes twice under one key with another type or text. The same three again give the same
// bytes again, which is how a frame is retransmitted.
void seal(const crypto::AesGcm& key, const SessionId&, const Header&, Bytes text, MutBytes frame);

// A frame that a holder of the key made. Only open() makes one, so a function that takes an Opened cannot be given
// bytes from a stranger. Its sequence number may have come before; whoever counts them says so.
class Opened {
 public:
  FrameType type() const { return type_; }
  std::uint32_t seq() const { return seq_; }
  Bytes text() const { return text_; }  // inside the frame

 private:
  friend Result<Opened> open(const crypto::AesGcm&, const SessionId&, const Frame&);
  Opened(const Header& header, Bytes text) : type_(header.type), seq_(header.seq), text_(text) {}
  FrameType type_;
  std::uint32_t seq_;
  Bytes text_;
};

// Opens the frame where it lies. Gives truncated for a payload without room for nonce and tag; bad_mac for another
// session's nonce, another key, or a changed frame: then the payload is worth nothing.
Result<Opened> open(const crypto::AesGcm& key, const SessionId&, const Frame&);

}  // namespace tacit::usmp
