#pragma once
#include <ctime>

#include "tacit/e2e/packet_time.hpp"

namespace tacit::app {

inline std::timespec wall_time() {
  std::timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

// Of a packet that was taken, so it is near to ours.
inline std::timespec wall_time(e2e::PacketTime time) {
  constexpr std::int64_t second = 1'000'000'000;
  return {static_cast<std::time_t>(time.ns / second), static_cast<long>(time.ns % second)};
}

}  // namespace tacit::app
