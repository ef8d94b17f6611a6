#pragma once
#include <compare>
#include <cstdint>
#include <optional>

namespace tacit {

// The core never reads a clock: nothing here has a now(). Time is an argument.

struct Duration {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
  friend constexpr Duration operator*(Duration d, std::int64_t n) { return {d.us * n}; }
  friend constexpr Duration operator/(Duration d, std::int64_t n) { return {d.us / n}; }
};

// Monotonic, from an arbitrary origin. Drives every timer.
struct Instant {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.us + d.us}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.us - d.us}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.us - b.us}; }
};

// Wall time, as packets carry it. Drives no timer.
struct UnixTime {
  std::uint32_t s = 0, ns = 0;
  friend constexpr auto operator<=>(UnixTime, UnixTime) = default;
};

// What the port knows about time at this moment. A device before its first NTP answer has no `utc`; a
// step of the wall clock never moves a timer.
struct Now {
  Instant tick;
  std::optional<UnixTime> utc;
};

namespace literals {
constexpr Duration operator""_us(unsigned long long n) { return {static_cast<std::int64_t>(n)}; }
constexpr Duration operator""_ms(unsigned long long n) { return {static_cast<std::int64_t>(n) * 1000}; }
constexpr Duration operator""_s(unsigned long long n) { return {static_cast<std::int64_t>(n) * 1'000'000}; }
}  // namespace literals

}  // namespace tacit
