#pragma once
#include <pthread.h>

#include <atomic>
#include <ctime>
#include <thread>

#include "app/bench/cpu_time.hpp"

namespace tacit::app::bench {

// Does something again and again on a thread of its own, until it is ended or dies.
class Repeating {
 public:
  template <class Turn>
  explicit Repeating(Turn turn)
      : thread_([this, turn] {
          while (!over_) turn();
          cpu_s_ = seconds_on(CLOCK_THREAD_CPUTIME_ID);
        }) {}
  ~Repeating() { end(); }
  Repeating(const Repeating&) = delete;
  Repeating& operator=(const Repeating&) = delete;

  // The CPU time that its thread has taken, in seconds.
  double end() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    return cpu_s_;
  }
  // The clock of that thread, which is read before it is ended.
  clockid_t cpu_clock() {
    clockid_t clock{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    return clock;
  }

 private:
  std::atomic<bool> over_ = false;
  double cpu_s_ = 0;
  std::thread thread_;
};

}  // namespace tacit::app::bench
