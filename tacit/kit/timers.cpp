#include "tacit/kit/timers.hpp"

namespace tacit {

void Timers::set(Timer& timer, Tick due) {
  timer.due = due;
  if (!timer.set()) {
    require(size_ < heap_.size());
    put(size_++, &timer);
  }
  up(timer.place - 1);
  down(timer.place - 1);
}

void Timers::cancel(Timer& timer) {
  if (!timer.set()) return;
  const std::size_t hole = timer.place - 1;
  timer.place = 0;
  if (hole == --size_) return;
  put(hole, heap_[size_]);
  up(hole);
  down(heap_[hole]->place - 1);
}

Timer* Timers::pop_due(Tick now) {
  if (size_ == 0 || now < heap_[0]->due) return nullptr;
  Timer* first = heap_[0];
  cancel(*first);
  return first;
}

void Timers::up(std::size_t at) {
  Timer* const moving = heap_[at];
  for (std::size_t above; at > 0 && moving->due < heap_[above = (at - 1) / 2]->due; at = above) put(at, heap_[above]);
  put(at, moving);
}

void Timers::down(std::size_t at) {
  Timer* const moving = heap_[at];
  for (std::size_t below; (below = 2 * at + 1) < size_; at = below) {
    if (below + 1 < size_ && sooner(below + 1, below)) ++below;
    if (!(heap_[below]->due < moving->due)) break;
    put(at, heap_[below]);
  }
  put(at, moving);
}

}  // namespace tacit
