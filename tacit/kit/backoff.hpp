#pragma once
#include <algorithm>
#include <cstdint>

#include "tacit/base/time.hpp"

namespace tacit {

// How long to wait before the next try: `first`, then twice as long each time, to at most `most`. Every wait is up to
// a fifth shorter or longer at random, so that what failed together does not try again together.
class Backoff {
 public:
  constexpr Backoff(Duration first, Duration most) : first_(first), most_(most), wait_(first) {}

  // `random`: any 32 bits. In 1,024ths: a chip needs 700 bytes of code to divide 64 bits.
  constexpr Duration next(std::uint32_t random) {
    const std::int64_t parts = 820 + random % 409;
    const Duration wait{(wait_ * parts).us >> 10};
    wait_ = std::min(wait_ * 2, most_);
    return wait;
  }

  constexpr void reset() { wait_ = first_; }

 private:
  Duration first_, most_, wait_;
};

}  // namespace tacit
