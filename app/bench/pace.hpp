#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>

namespace tacit::app::bench {

// Keeps a sender near its receiver, which tells how many have arrived, so that nothing is lost for want of a buffer.
// Who waits sleeps: waiting is no CPU time.
class Credit {
 public:
  explicit Credit(std::uint64_t ahead_max) : ahead_max_(ahead_max) {}

  // The receiver's side.
  void tell(std::uint64_t arrived) {
    arrived_.store(arrived, std::memory_order_release);
    arrived_.notify_one();
  }
  void close() { tell(arrived() | closed); }  // a change that wakes who waits

  // The sender's: false when nobody receives any more.
  bool wait_until_near(std::uint64_t sent) const {
    for (;;) {
      const std::uint64_t seen = arrived_.load(std::memory_order_acquire);
      if ((seen & closed) != 0) return false;
      if (sent < seen + ahead_max_) return true;
      arrived_.wait(seen, std::memory_order_acquire);
    }
  }
  std::uint64_t arrived() const { return arrived_.load(std::memory_order_acquire) & ~closed; }

 private:
  static constexpr std::uint64_t closed = std::uint64_t{1} << 63;
  const std::uint64_t ahead_max_;
  std::atomic<std::uint64_t> arrived_ = 0;
};

// So many a second, in bursts a millisecond apart at most. A sender that was late may catch up on four of them, and has
// lost what is more.
class Pace {
 public:
  Pace(double per_second, std::uint64_t burst_max, double start)
      : per_second_(per_second), start_(start),
        burst_(static_cast<std::uint64_t>(std::clamp(per_second / 1000, 1.0, static_cast<double>(burst_max)))) {}

  // A burst when one is due, and otherwise, after a sleep, 0.
  std::uint64_t wait(std::uint64_t sent, double now) {
    const double late = now - due_at(sent + burst_);
    if (late > 0) {
      start_ += std::max(0.0, late - 4 * static_cast<double>(burst_) / per_second_);
      return burst_;
    }
    const timespec pause{0, static_cast<long>(std::clamp(-late, 10e-6, 0.01) * 1e9)};
    nanosleep(&pause, nullptr);
    return 0;
  }

 private:
  double due_at(std::uint64_t count) const { return start_ + static_cast<double>(count) / per_second_; }

  double per_second_, start_;
  std::uint64_t burst_;
};

}  // namespace tacit::app::bench
