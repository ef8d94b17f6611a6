#pragma once
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace tacit::bench {

// Of the thread that asks.
inline double thread_cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// "median (least to most)".
inline std::string spread(std::vector<double> values, int decimals) {
  std::ranges::sort(values);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%.*f (%.*f to %.*f)", decimals, values[values.size() / 2], decimals,
                values.front(), decimals, values.back());
  return text.data();
}

}  // namespace tacit::bench
