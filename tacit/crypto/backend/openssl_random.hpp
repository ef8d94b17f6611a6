#pragma once
#include "tacit/crypto/crypto.hpp"

namespace tacit::crypto {

// OpenSSL's generator, asked for 4 KB at a time, because a call for each IV costs more than the IV. What
// was handed out is wiped behind it, and after a fork neither process hands out what the other one has.
// Belongs to one thread, as a machine does.
class HostRandom final : public Random {
 public:
  HostRandom();
  HostRandom(const HostRandom&) = delete;
  HostRandom& operator=(const HostRandom&) = delete;
  ~HostRandom();

  void fill(MutBytes out) override;

 private:
  void refill();
  template <std::size_t Size> void take(std::span<std::uint8_t, Size> out);  // the block has so many bytes

  std::array<std::uint8_t, 4096> block_{};
  std::size_t used_ = block_.size();
  std::uint32_t forks_ = 0;  // how many there had been when the block was filled
};

}  // namespace tacit::crypto
