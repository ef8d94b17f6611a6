#pragma once
#include "tacit/crypto/crypto.hpp"

namespace tacit::sim {

// Randomness that a seed decides: the same seed, the same numbers, on every machine (xorshift64*).
class Random final : public crypto::Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E37'79B9'7F4A'7C15ull | 1) {
    for (int i = 0; i < 4; ++i) (void)next();  // neighbouring seeds part ways
  }

  void fill(MutBytes out) override {
    for (; out.size() >= 4; out = out.subspan(4)) {
      const std::uint32_t word = next();
      std::memcpy(out.data(), &word, 4);
    }
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next());
  }

  // What to do with chance: with so many percent, one of so many, one of these numbers.
  bool chance(unsigned percent) { return below(100) < percent; }
  std::uint32_t below(std::uint32_t limit) { return next() % limit; }
  std::uint32_t between(std::uint32_t least, std::uint32_t most) { return least + below(most - least + 1); }

 private:
  std::uint32_t next() {  // the upper half: the lower bits are the weak ones
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>(state_ * 0x2545'F491'4F6C'DD1Dull >> 32);
  }
  std::uint64_t state_;
};

}  // namespace tacit::sim
