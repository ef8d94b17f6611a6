#include "tacit/e2e/forgotten.hpp"

#include <algorithm>

namespace tacit::e2e {

void Forgotten::add(PacketTime time, Reason why) {
  // Where it belongs: the first range that it does not come after.
  std::size_t at = 0;
  while (at < used_ && ranges_[at].last < time) ++at;

  if (at < used_ && ns_between(time, ranges_[at].first) <= gap_ns) {
    ranges_[at].first = std::min(ranges_[at].first, time);
    return;
  }
  if (at > 0 && ns_between(ranges_[at - 1].last, time) <= gap_ns) {
    ranges_[at - 1].last = time;
    ranges_[at - 1].why = why;
    return;
  }
  if (used_ == ranges_.size()) {
    ranges_[1].first = ranges_[0].first;
    std::copy(ranges_.begin() + 1, ranges_.end(), ranges_.begin());
    --used_;
    if (at <= 1) return add(time, why);  // it was before or between the two
    --at;
  }
  std::copy_backward(ranges_.begin() + at, ranges_.begin() + used_, ranges_.begin() + used_ + 1);
  ranges_[at] = {time, time, why};
  ++used_;
}

std::optional<Reason> Forgotten::find(PacketTime time) const {
  for (std::size_t i = 0; i < used_; ++i)
    if (ranges_[i].first <= time && time <= ranges_[i].last) return ranges_[i].why;
  return std::nullopt;
}

}  // namespace tacit::e2e
