#pragma once
#include <algorithm>
#include <cstdint>

#include "app/bench/cpu_time.hpp"
#include "app/bench/experiment.hpp"

namespace tacit::app::bench {

// When one run of messages ends, whichever comes first.
struct RunLength {
  double seconds = 1;
  std::uint64_t messages = UINT32_MAX;  // they carry their number in 32 bits

  // Where so many take turns, each has two at least: so when a run ends with the last of them, nothing of the first is
  // near any more.
  std::size_t messages_among(std::size_t many) const { return std::max<std::size_t>(messages, 2 * many); }
};

// What one run of messages came to. A message counts as arrived once, whole and unchanged.
struct Traffic {
  Spent spent;
  std::uint64_t sent = 0, arrived = 0, wrong = 0;

  double rate() const { return static_cast<double>(arrived) / spent.wall; }
  std::uint64_t lost() const { return sent - arrived; }
};

inline std::vector<Column> traffic_columns() {
  return {{"rate", "messages/s", 0},
          {"cpu_us", "CPU µs/message", 3},
          {"cpu_us_sender", "sender's", 3},
          {"cpu_us_receiver", "receiver's", 3},
          {"lost", "lost", 0},
          {"wrong", "wrong", 0}};
}

inline Figures figures_of(const Traffic& run) {
  return {run.rate(),
          us_each(run.spent.cpu, run.arrived),
          us_each(run.spent.cpu_sending, run.arrived),
          us_each(run.spent.cpu - run.spent.cpu_sending, run.arrived),
          static_cast<double>(run.lost()),
          static_cast<double>(run.wrong)};
}

// Of one subject to each of the others, in rate and in CPU time.
inline std::vector<Ratio> ratios_of_traffic(const std::string& of, const std::vector<std::string>& others) {
  std::vector<Ratio> ratios;
  for (const std::string& to : others)
    for (const std::string_view column : {"rate", "cpu_us"}) ratios.push_back({of, to, column});
  return ratios;
}

}  // namespace tacit::app::bench
