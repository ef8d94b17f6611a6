// What `tacit doctor` looks at of the clock.
#include <sys/timex.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "app/doctor_checks.hpp"
#include "tacit/port/linux/clock.hpp"

namespace tacit::app {
namespace {

constexpr std::uint32_t year_2025 = 1'735'689'600;  // older than this program, so no clock can be right before it
constexpr long off_max_us = 1'000'000;              // of the 15 s within which mqtt-e2e takes a packet, by both clocks

std::string milliseconds(long us) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ms", static_cast<double>(us) / 1000);
  return text.data();
}

// What is left of the last correction, which the kernel makes little by little.
long offset_us(const timex& state) {
  const long offset = std::labs(state.offset);
  return (state.status & STA_NANO) != 0 ? offset / 1000 : offset;
}

}  // namespace

Finding check_clock() {
  const Now now = linux_port::now();
  if (!now.utc || now.utc->s < year_2025)
    return {"clock", Health::problem, "the clock is not set",
            "Set it, and keep it right with NTP (`timedatectl set-ntp true`): packets carry the time."};
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {
        "clock", Health::problem, "nothing keeps the clock synchronised; how far it is off the kernel does not know",
        "Start an NTP client (`timedatectl set-ntp true`): packets of a clock that is wrong are refused as stale or "
        "future."};
  const std::string what = "it is synchronised, and off by " + milliseconds(offset_us(state)) + ", at most by " +
                           milliseconds(state.maxerror) + ", as the kernel knows";
  if (state.maxerror <= off_max_us) return {"clock", Health::good, what};
  return {"clock", Health::advice, what,
          "Its server is far away, or was not heard for long: `timedatectl timesync-status` or `chronyc tracking` "
          "tells."};
}

}  // namespace tacit::app
