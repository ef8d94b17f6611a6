#pragma once
#include "tacit/base/result.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mqtt_port {

// A secret of any length up to `size_max`: a password, a pre-shared key.
class Credential {
 public:
  static constexpr std::size_t size_max = 256;

  // Gives too_large.
  static Result<Credential> of(Bytes bytes) {
    if (bytes.size() > size_max) return Reason::too_large;
    return Credential(bytes);
  }

  Credential duplicate() const { return Credential(reveal()); }
  Bytes reveal() const { return bytes_.reveal().first(size_); }

 private:
  explicit Credential(Bytes bytes) : size_(bytes.size()) { copy(bytes, bytes_.fill()); }
  Secret<size_max> bytes_;
  std::size_t size_;
};

}  // namespace tacit::mqtt_port
