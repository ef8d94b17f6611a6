#pragma once
#include <time.h>

#include <optional>

#include "tacit/base/time.hpp"

// The folder's name is a macro in GNU's dialect of the language, hence the namespace's.
namespace tacit::linux_port {

// A wall clock before this has never been set: 2024-01-01, before which nothing of Tacit existed.
inline constexpr std::int64_t first_believable_s = 1'704'067'200;

constexpr std::optional<UnixTime> believable(const timespec& wall) {
  if (wall.tv_sec < first_believable_s) return std::nullopt;
  return UnixTime{static_cast<std::uint32_t>(wall.tv_sec), static_cast<std::uint32_t>(wall.tv_nsec)};
}

// Ticks count the time asleep too (CLOCK_MONOTONIC stands still while a laptop sleeps): what was due then is due on
// waking. Their origin is the boot, so they mean nothing to another machine.
inline Now now() {
  timespec tick{}, wall{};
  clock_gettime(CLOCK_BOOTTIME, &tick);
  clock_gettime(CLOCK_REALTIME, &wall);
  return {Instant{std::int64_t{tick.tv_sec} * 1'000'000 + tick.tv_nsec / 1000}, believable(wall)};
}

}  // namespace tacit::linux_port
