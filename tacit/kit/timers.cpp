#include "tacit/kit/timers.hpp"

#include <algorithm>

namespace tacit {

void Timers::set(Timer& timer, Tick due) {
  const bool anew = !timer.set();
  require(!anew || size_ < heap_.size());
  settle(anew ? size_++ : timer.place - 1, {&timer, due});
}

void Timers::cancel(Timer& timer) {
  if (!timer.set()) return;
  const std::size_t hole = timer.place - 1;
  timer.place = 0;
  if (hole != --size_) settle(hole, heap_[size_]);
}

Timer* Timers::pop_due(Tick now) {
  if (size_ == 0 || now < heap_[0].due) return nullptr;
  Timer* first = heap_[0].timer;
  cancel(*first);
  return first;
}

void Timers::settle(std::size_t hole, DueTimer one) {
  std::size_t at = hole;
  for (std::size_t above; at > 0 && one.due < heap_[above = (at - 1) / arity].due; at = above) put(at, heap_[above]);
  if (at == hole)
    for (std::size_t below; (below = soonest_below(at)) < size_ && heap_[below].due < one.due; at = below)
      put(at, heap_[below]);
  put(at, one);
}

std::size_t Timers::soonest_below(std::size_t at) const {
  const std::size_t first = arity * at + 1, end = std::min(first + arity, size_);
  std::size_t soonest = std::min(first, size_);
  for (std::size_t below = first + 1; below < end; ++below)
    if (heap_[below].due < heap_[soonest].due) soonest = below;
  return soonest;
}

}  // namespace tacit
