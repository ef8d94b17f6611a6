#pragma once
#include <atomic>
#include <cstdint>

namespace tacit::bench {

// Keeps a sender near its receiver, which tells how many have arrived, so that nothing is lost for want of a buffer.
// Who waits sleeps: time spent in waiting is not CPU time.
class Pacer {
 public:
  static constexpr std::uint64_t ahead_max = 2048;

  // The receiver's side.
  void tell(std::uint64_t arrived) {
    told_.store(arrived, std::memory_order_release);
    told_.notify_one();
  }
  void close() {
    closed_.store(true, std::memory_order_release);
    tell(told() | closing);
  }

  // The sender's. False: nobody receives any more.
  bool wait_until_near(std::uint64_t sent) {
    for (;;) {
      const std::uint64_t seen = told_.load(std::memory_order_acquire);
      if (closed_.load(std::memory_order_acquire)) return false;
      if (sent < seen + ahead_max) return true;
      told_.wait(seen, std::memory_order_acquire);
    }
  }
  std::uint64_t told() const { return told_.load(std::memory_order_acquire) & ~closing; }

 private:
  static constexpr std::uint64_t closing = std::uint64_t{1} << 63;  // a change that wakes who waits
  std::atomic<std::uint64_t> told_ = 0;
  std::atomic<bool> closed_ = false;
};

}  // namespace tacit::bench
