#pragma once
#include "tacit/kit/window.hpp"

namespace tacit::usmp {

// Which of the last 64 sequence numbers were seen, specification section 6. They begin at 0 and do not wrap, so unlike
// kit's window this one takes any jump forward for what it is.
class ReceiveWindow {
 public:
  Sighting look(std::uint32_t seq) const {
    if (!started() || seq > newest_) return Sighting::first;
    if (newest_ - seq >= size) return Sighting::too_old;
    return seen(seq) ? Sighting::again : Sighting::first;
  }
  // Remembers a number that is not too old.
  void mark(std::uint32_t seq) {
    if (!started() || seq > newest_) {
      if (!started() || seq - newest_ >= size) seen_ = {}, newest_ = seq;
      while (newest_ != seq) {
        ++newest_;
        word(newest_) &= ~bit(newest_);
      }
    }
    word(seq) |= bit(seq);
  }

  // The newest is always marked.
  bool started() const { return seen(newest_); }
  // The number that follows the newest; 0 before the first.
  std::uint32_t next() const { return started() ? newest_ + 1 : 0; }

 private:
  static constexpr std::uint32_t size = 64;
  static std::uint32_t bit(std::uint32_t seq) { return std::uint32_t{1} << seq % 32; }
  std::uint32_t& word(std::uint32_t seq) { return seen_[seq / 32 % 2]; }
  bool seen(std::uint32_t seq) const { return (seen_[seq / 32 % 2] & bit(seq)) != 0; }

  std::array<std::uint32_t, size / 32> seen_{};  // bit n % 64 stands for the number n, until that place is wanted
  std::uint32_t newest_ = 0;
};

}  // namespace tacit::usmp
