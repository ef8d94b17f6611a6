#pragma once
#include <algorithm>
#include <vector>

#include "app/bench/experiment.hpp"

namespace tacit::app::bench {

// Round trips, in microseconds, one after the other. The first of them are how it becomes warm, and do not count.
class Latencies {
 public:
  static constexpr std::size_t warm_up = 50;

  void add(double seconds) {
    if (ignored_ < warm_up) ++ignored_;
    else us_.push_back(seconds * 1e6);
  }
  std::size_t count() const { return us_.size(); }

  // `wrong`: answers that were not what had been said.
  Figures figures(std::uint64_t wrong) {
    std::ranges::sort(us_);
    const auto at = [&](double part) {
      if (us_.empty()) return unknown;
      return us_[std::min(us_.size() - 1, static_cast<std::size_t>(part * static_cast<double>(us_.size())))];
    };
    return {at(0.5), at(0.9), at(0.99), at(0.999), static_cast<double>(count()), static_cast<double>(wrong)};
  }

 private:
  std::size_t ignored_ = 0;
  std::vector<double> us_;
};

inline std::vector<Column> latency_columns() {
  return {{"p50_us", "p50 µs", 1},    {"p90_us", "p90 µs", 1},     {"p99_us", "p99 µs", 1},
          {"p999_us", "p99.9 µs", 1}, {"count", "round trips", 0}, {"wrong", "wrong", 0}};
}

}  // namespace tacit::app::bench
