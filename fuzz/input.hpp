#pragma once
#include <algorithm>

#include "tacit/base/bytes.hpp"

namespace tacit::fuzz {

// What the fuzzer made up, taken from the front. Behind its end there are zeros, and no bytes.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool empty() const { return left_.empty(); }
  std::uint8_t byte() {
    const std::uint8_t value = left_.empty() ? 0 : left_[0];
    if (!left_.empty()) left_ = left_.subspan(1);
    return value;
  }
  std::uint32_t number() { return static_cast<std::uint32_t>(byte() << 24 | byte() << 16 | byte() << 8 | byte()); }
  Bytes bytes(std::size_t most) {
    const Bytes piece = left_.first(std::min(most, left_.size()));
    left_ = left_.subspan(piece.size());
    return piece;
  }

 private:
  Bytes left_;
};

}  // namespace tacit::fuzz
