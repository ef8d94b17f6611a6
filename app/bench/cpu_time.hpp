#pragma once
#include <cstdint>
#include <ctime>
#include <vector>

namespace tacit::app::bench {

// Seconds. `cpu` is that of the whole process, the kernel's part included; `cpu_sending` the part of the threads that
// send, so the rest is that of those that receive.
struct Spent {
  double wall = 0, cpu = 0, cpu_sending = 0;

  friend Spent operator-(const Spent& a, const Spent& b) {
    return {a.wall - b.wall, a.cpu - b.cpu, a.cpu_sending - b.cpu_sending};
  }
};

inline double seconds_on(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

// Seconds of CPU time that this thread has for a piece of work, the kernel's part included.
template <class Work> double cpu_s_of(Work work) {
  const double before = seconds_on(CLOCK_THREAD_CPUTIME_ID);
  work();
  return seconds_on(CLOCK_THREAD_CPUTIME_ID) - before;
}

// Seconds that all of so many took together, as microseconds of each.
constexpr double us_each(double seconds, std::uint64_t count) { return seconds / static_cast<double>(count) * 1e6; }

// What has passed since it was made. The clocks of threads other than one's own, CLOCK_THREAD_CPUTIME_ID, are had by
// pthread_getcpuclockid(), and are read while those threads live.
class Stopwatch {
 public:
  explicit Stopwatch(std::vector<clockid_t> senders = {CLOCK_THREAD_CPUTIME_ID})
      : senders_(std::move(senders)), start_(read()) {}

  Spent spent() const { return read() - start_; }
  double wall() const { return seconds_on(CLOCK_MONOTONIC) - start_.wall; }  // the cheap part of it

 private:
  Spent read() const {
    Spent now{seconds_on(CLOCK_MONOTONIC), seconds_on(CLOCK_PROCESS_CPUTIME_ID), 0};
    for (const clockid_t sender : senders_) now.cpu_sending += seconds_on(sender);
    return now;
  }

  std::vector<clockid_t> senders_;
  Spent start_;
};

}  // namespace tacit::app::bench
