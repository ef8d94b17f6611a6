#pragma once
#include <array>

#include "tacit/base/bytes.hpp"
#include "tacit/base/require.hpp"

namespace tacit {

// Zeroes that the optimiser may not remove as dead stores: the asm claims to read them.
inline void wipe(MutBytes bytes) {
  if (bytes.empty()) return;
  std::memset(bytes.data(), 0, bytes.size());
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

// N bytes nobody else may learn. They are wiped when the Secret dies or is moved from; a copy has to
// be asked for by name, and so has a look; printing does not compile.
template <std::size_t N> class Secret {
 public:
  Secret() = default;
  explicit Secret(Bytes bytes) {
    require(bytes.size() == N);
    copy(bytes, bytes_);
  }
  Secret(Secret&& other) noexcept { take(other); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  Secret duplicate() const { return Secret(reveal()); }
  Bytes reveal() const { return bytes_; }
  MutBytes fill() { return bytes_; }  // for whoever makes the secret

  template <class Stream> friend Stream& operator<<(Stream&, const Secret&) = delete;

 private:
  void take(Secret& other) {
    copy(other.bytes_, bytes_);
    wipe(other.bytes_);
  }
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace tacit
