#pragma once
#include <algorithm>
#include <array>
#include <vector>

#include "tacit/base/bytes.hpp"

namespace tacit::app::bench {

// Messages that say who sent them and how many it had sent before, so that the receiver knows what is missing; what
// follows is the same in all of them.
//
//   | source | number | 0x55 ... |
//   |   4    |   4    |          |
class Numbered {
 public:
  static constexpr std::size_t size_min = 8;

  explicit Numbered(std::size_t size, std::uint32_t source = 0) : bytes_(std::max(size, size_min), 0x55) {
    std::memcpy(bytes_.data(), &source, sizeof source);
  }
  // Valid until the next one.
  Bytes number(std::uint32_t n) {
    std::memcpy(bytes_.data() + 4, &n, sizeof n);
    return bytes_;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

// The receiver's side: each number of each source counts once, whole and unchanged, in any order within the last 4,096.
class Tally {
 public:
  Tally(std::size_t size, std::uint32_t sources) : pattern_(std::max(size, Numbered::size_min), 0x55), seen_(sources) {}

  void take(Bytes message) {
    std::uint32_t source = 0, number = 0;
    if (message.size() != pattern_.size() ||
        std::memcmp(message.data() + 8, pattern_.data() + 8, message.size() - 8) != 0)
      return void(++wrong_);
    std::memcpy(&source, message.data(), sizeof source);
    std::memcpy(&number, message.data() + 4, sizeof number);
    if (source < seen_.size() && seen_[source].take(number)) ++arrived_;
    else ++wrong_;
  }

  std::uint64_t arrived() const { return arrived_; }
  std::uint64_t wrong() const { return wrong_; }  // changed, or for the second time

 private:
  class Seen {
   public:
    bool take(std::uint64_t number) {
      if (number >= next_ + window) bits_ = {}, next_ = number;  // so many were lost at once
      for (; next_ <= number; ++next_) word(next_) &= ~bit(next_);
      if (next_ - number > window || (word(number) & bit(number)) != 0) return false;
      word(number) |= bit(number);
      return true;
    }

   private:
    static constexpr std::uint64_t window = 4096;
    static constexpr std::uint64_t bit(std::uint64_t number) { return std::uint64_t{1} << number % 64; }
    std::uint64_t& word(std::uint64_t number) { return bits_[number % window / 64]; }
    std::array<std::uint64_t, window / 64> bits_{};
    std::uint64_t next_ = 0;
  };

  std::vector<std::uint8_t> pattern_;
  std::vector<Seen> seen_;
  std::uint64_t arrived_ = 0, wrong_ = 0;
};

}  // namespace tacit::app::bench
