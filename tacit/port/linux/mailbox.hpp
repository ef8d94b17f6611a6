#pragma once
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "tacit/base/result.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::linux_port {

// Mail from any thread to one, in memory taken at the start: nobody waits, locks or allocates, and a full box is an
// answer. What one thread posts arrives in its order.
//
// A ring in which each place says by its number what may happen there next: n, that post n may be written; n + 1, that
// it may be read; and n plus all places, that it was (after D. Vyukov's bounded queue).
template <class T> class Mailbox {
 public:
  // `places`: a power of two of them. Throws std::system_error where there are no more descriptors.
  explicit Mailbox(std::size_t places) : cells_(places), bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    require(places > 1 && std::has_single_bit(places));
    if (!bell_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
    for (std::size_t i = 0; i < places; ++i) cells_[i].turn.store(i, std::memory_order_relaxed);
  }

  int fd() const { return bell_.fd(); }  // readable when there is mail

  // From any thread. Gives queue_full.
  Result<Done> post(const T& mail) {
    std::size_t place = next_post_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cell_at(place);
      const std::size_t turn = cell.turn.load(std::memory_order_acquire);
      if (turn == place) {
        if (!next_post_.compare_exchange_weak(place, place + 1, std::memory_order_relaxed)) continue;
        cell.mail = mail;
        cell.turn.store(place + 1, std::memory_order_release);
        ring();
        return Done{};
      }
      if (turn + cells_.size() == place + 1) return Reason::queue_full;  // not read since the last time round
      place = next_post_.load(std::memory_order_relaxed);
    }
  }

  // By the one thread that it is for, until there is none: then fd() tells of what comes next.
  std::optional<T> take() {
    if (auto mail = pop()) return mail;
    if (!rung_.exchange(false)) return std::nullopt;
    std::uint64_t times = 0;
    (void)!read(bell_.fd(), &times, sizeof times);
    return pop();
  }

 private:
  struct Cell {
    std::atomic<std::size_t> turn{0};
    T mail{};
  };

  Cell& cell_at(std::size_t place) { return cells_[place & (cells_.size() - 1)]; }

  std::optional<T> pop() {
    Cell& cell = cell_at(next_take_);
    if (cell.turn.load(std::memory_order_acquire) != next_take_ + 1) return std::nullopt;
    std::optional<T> mail(std::move(cell.mail));
    cell.turn.store(next_take_ + cells_.size(), std::memory_order_release);
    ++next_take_;
    return mail;
  }

  // Once for all that is posted until the reader found the box empty.
  void ring() {
    const std::uint64_t once = 1;
    if (!rung_.exchange(true)) (void)!write(bell_.fd(), &once, sizeof once);
  }

  std::vector<Cell> cells_;
  File bell_;
  std::size_t next_take_ = 0;
  alignas(64) std::atomic<std::size_t> next_post_{0};  // not on the line that the reader writes
  std::atomic<bool> rung_{false};
};

}  // namespace tacit::linux_port
