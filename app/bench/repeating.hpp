#pragma once
#include <pthread.h>

#include <atomic>
#include <ctime>
#include <thread>

namespace tacit::app::bench {

// Does something again and again on a thread of its own, until it dies.
class Repeating {
 public:
  template <class Turn>
  explicit Repeating(Turn turn)
      : thread_([this, turn] {
          while (!over_) turn();
        }) {}
  ~Repeating() {
    over_ = true;
    thread_.join();
  }
  Repeating(const Repeating&) = delete;
  Repeating& operator=(const Repeating&) = delete;

  // The clock of its thread's CPU time, which can be read as long as this lives.
  clockid_t cpu_clock() {
    clockid_t clock{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    return clock;
  }

 private:
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace tacit::app::bench
