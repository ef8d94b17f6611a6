#pragma once
#include <cstddef>
#include <optional>
#include <span>

#include "tacit/base/require.hpp"
#include "tacit/kit/tick.hpp"

namespace tacit {

// Something that will be due, by inheritance. The kind tells its owner what it is when it fires; a table of
// timers is given theirs by who owns it, so that it is zero until then and needs no code to begin with.
struct Timer {
  std::uint32_t place : 24 = 0;  // in the heap, from 1; 0: not set
  std::uint32_t kind : 8 = 0;

  constexpr Timer() = default;
  constexpr explicit Timer(std::uint8_t what) : kind(what) {}
  Timer(const Timer&) = delete;  // the heap points here
  Timer& operator=(const Timer&) = delete;
  bool set() const { return place != 0; }
};

// When a timer that is set is due. It stands beside the pointer, because timers lie far apart, in what they belong to:
// with ten thousand of them each comparison would wait for memory.
struct DueTimer {
  Timer* timer = nullptr;
  Tick due;
};

// All timers of one machine: a heap in borrowed memory, with a place for each timer that there is. Setting and
// cancelling cost the logarithm of how many are set, asking for the first costs nothing.
class Timers {
 public:
  explicit Timers(std::span<DueTimer> memory) : heap_(memory) { require(memory.size() <= 0xFF'FFFF); }

  void set(Timer& timer, Tick due);
  // Fires no later than `due`: where it is set and due sooner nothing changes, and whoever it wakes
  // looks again. What is put off for ever, such as a retry, costs nothing this way.
  void set_by(Timer& timer, Tick due) {
    if (!timer.set() || due < heap_[timer.place - 1].due) set(timer, due);
  }
  void cancel(Timer& timer);

  std::optional<Tick> next() const {
    if (size_ == 0) return std::nullopt;
    return heap_[0].due;
  }
  // The first that is due, which is taken out.
  Timer* pop_due(Tick now);

 private:
  // Half as many levels as with two, and four neighbours are no larger than a line of cache.
  static constexpr std::size_t arity = 4;

  void put(std::size_t at, const DueTimer& one) {
    heap_[at] = one;
    one.timer->place = static_cast<std::uint32_t>(at + 1) & 0xFF'FFFF;
  }
  void settle(std::size_t hole, DueTimer);          // in a hole, which moves to where it belongs
  std::size_t soonest_below(std::size_t at) const;  // size_: nothing is

  std::span<DueTimer> heap_;
  std::size_t size_ = 0;
};

}  // namespace tacit
