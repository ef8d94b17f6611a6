#pragma once
#include "tacit/crypto/crypto.hpp"

namespace tacit::fuzz {

// The same numbers each time, so that an input that fails fails again. Another seed gives others.
class SeededRandom final : public crypto::Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(MutBytes out) override {
    for (auto& byte : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace tacit::fuzz
