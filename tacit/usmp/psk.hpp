#pragma once
#include "tacit/crypto/crypto.hpp"

namespace tacit::usmp {

// The key that a device and its server share. It authenticates handshakes and encrypts nothing.
//
// At least 16 bytes, as every version since 0.6 asks; we make 32 random ones. HMAC takes the SHA-256 of a key longer
// than 64 bytes in its place, so that is what is kept of one: its macs are the same.
class Psk {
 public:
  static constexpr std::size_t size_min = 16, size_max = 64;  // size_max: of what is kept

  // Gives weak_key for fewer than 16 bytes.
  static Result<Psk> of(Bytes bytes) {
    if (bytes.size() < size_min) return Reason::weak_key;
    if (bytes.size() <= size_max) return Psk(bytes);
    crypto::Digest digest = crypto::sha256({bytes});
    Psk psk{Bytes(digest)};
    wipe(digest);
    return psk;
  }

  Psk duplicate() const { return Psk(reveal()); }
  Bytes reveal() const { return bytes_.reveal().first(size_); }

 private:
  explicit Psk(Bytes bytes) : size_(static_cast<std::uint8_t>(bytes.size())) { copy(bytes, bytes_.fill()); }
  Secret<size_max> bytes_;
  std::uint8_t size_;
};

}  // namespace tacit::usmp
