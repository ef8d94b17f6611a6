#include "tacit/e2e/forgotten.hpp"

#include <algorithm>
#include <utility>

namespace tacit::e2e {

void Forgotten::add(PacketTime time, Reason why) {
  for (std::size_t i = 0; i < used_; ++i) {
    Range& range = ranges_[i];
    if (ns_between(range.last, time) > gap_ns || ns_between(time, range.first) > gap_ns) continue;
    if (range.last < time) {
      range.last = time;
      range.why = why;
    }
    range.first = std::min(range.first, time);
    return;
  }
  if (used_ == ranges_.size()) join_oldest();
  ranges_[used_++] = {time, time, why};
}

void Forgotten::join_oldest() {
  Range* oldest = &ranges_[0];
  Range* next = &ranges_[1];
  if (next->last < oldest->last) std::swap(oldest, next);
  for (std::size_t i = 2; i < used_; ++i) {
    if (!(ranges_[i].last < next->last)) continue;
    next = &ranges_[i];
    if (next->last < oldest->last) std::swap(oldest, next);
  }
  next->first = std::min(next->first, oldest->first);
  *oldest = ranges_[--used_];
}

std::optional<Reason> Forgotten::find(PacketTime time) const {
  for (std::size_t i = 0; i < used_; ++i)
    if (ranges_[i].first <= time && time <= ranges_[i].last) return ranges_[i].why;
  return std::nullopt;
}

}  // namespace tacit::e2e
