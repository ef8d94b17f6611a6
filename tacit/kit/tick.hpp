#pragma once
#include <compare>
#include <cstdint>

#include "tacit/base/time.hpp"

// Time as a machine keeps it inside, in 32 bits: a chip has no more in a register, and a table entry holds many of
// them. A tick is 1,024 µs, so that nobody divides. Instants become ticks where they come in.
namespace tacit {

// A span, up to 49 days.
struct Ticks {
  std::uint32_t count = 0;
  friend constexpr bool operator==(Ticks, Ticks) = default;
  friend constexpr bool operator<(Ticks a, Ticks b) { return a.count < b.count; }
  friend constexpr bool operator>(Ticks a, Ticks b) { return a.count > b.count; }
  friend constexpr bool operator<=(Ticks a, Ticks b) { return a.count <= b.count; }
  friend constexpr bool operator>=(Ticks a, Ticks b) { return a.count >= b.count; }
  friend constexpr Ticks operator+(Ticks a, Ticks b) { return {a.count + b.count}; }
  friend constexpr Ticks operator*(Ticks t, std::uint32_t n) { return {t.count * n}; }
};

// A moment. Which of two comes first can be asked while they are less than 24 days apart; how long ago one was
// (`now - then`) for 49 days. So what may be older is asked for its age, or not at all.
struct Tick {
  std::uint32_t count = 0;
  friend constexpr bool operator==(Tick, Tick) = default;
  friend constexpr bool operator<(Tick a, Tick b) { return static_cast<std::int32_t>(a.count - b.count) < 0; }
  friend constexpr bool operator>(Tick a, Tick b) { return b < a; }
  friend constexpr bool operator<=(Tick a, Tick b) { return !(b < a); }
  friend constexpr bool operator>=(Tick a, Tick b) { return !(a < b); }
  friend constexpr Tick operator+(Tick t, Ticks d) { return {t.count + d.count}; }
  friend constexpr Ticks operator-(Tick a, Tick b) { return {a.count - b.count}; }
};

constexpr Ticks ticks(Duration d) { return {static_cast<std::uint32_t>(d.us >> 10)}; }
constexpr Tick tick_of(Instant t) { return {static_cast<std::uint32_t>(t.us >> 10)}; }

// The beginning of a tick that is less than 24 days from `near`.
constexpr Instant instant_of(Tick tick, Instant near) {
  const auto ahead = static_cast<std::int32_t>((tick - tick_of(near)).count);
  return {((near.us >> 10) + ahead) * 1024};
}
constexpr Duration duration_of(Ticks t) { return {std::int64_t{t.count} * 1024}; }

}  // namespace tacit
