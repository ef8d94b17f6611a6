#pragma once
#include "tacit/base/result.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::usmp {

// The key that a device and its server share. It authenticates handshakes and encrypts nothing.
//
// 16 bytes are what every version since 0.6 asks for, and 32 random ones are what we make. HMAC hashes what is longer
// than 64 bytes, so there is nothing to win beyond.
class Psk {
 public:
  static constexpr std::size_t size_min = 16, size_max = 64;

  // Gives weak_key for fewer than 16 bytes, too_large for more than 64.
  static Result<Psk> of(Bytes bytes) {
    if (bytes.size() < size_min) return Reason::weak_key;
    if (bytes.size() > size_max) return Reason::too_large;
    return Psk(bytes);
  }

  Psk duplicate() const { return Psk(reveal()); }
  Bytes reveal() const { return bytes_.reveal().first(size_); }

 private:
  explicit Psk(Bytes bytes) : size_(static_cast<std::uint8_t>(bytes.size())) { copy(bytes, bytes_.fill()); }
  Secret<size_max> bytes_;
  std::uint8_t size_;
};

}  // namespace tacit::usmp
