#pragma once
#include <cstdint>

#include "tacit/kit/window.hpp"

namespace tacit::usmp {

// Which of the last 64 sequence numbers were seen, specification section 6. They begin at 0 and do not wrap, so unlike
// kit's window this one takes any jump forward for what it is.
class ReceiveWindow {
 public:
  Sighting look(std::uint32_t seq) const {
    if (!started() || seq > newest_) return Sighting::first;
    const std::uint32_t behind = newest_ - seq;
    if (behind >= 64) return Sighting::too_old;
    return (seen_ >> behind & 1) != 0 ? Sighting::again : Sighting::first;
  }
  // Remembers a number that is not too old.
  void mark(std::uint32_t seq) {
    if (started() && seq <= newest_) {
      seen_ |= std::uint64_t{1} << (newest_ - seq);
      return;
    }
    const std::uint32_t ahead = seq - newest_;
    seen_ = (started() && ahead < 64 ? seen_ << ahead : 0) | 1;
    newest_ = seq;
  }

  bool started() const { return seen_ != 0; }
  // The number that follows the newest; 0 before the first.
  std::uint32_t next() const { return started() ? newest_ + 1 : 0; }

 private:
  std::uint64_t seen_ = 0;  // bit i: newest_ - i was seen
  std::uint32_t newest_ = 0;
};

}  // namespace tacit::usmp
