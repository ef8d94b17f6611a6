#pragma once
#include <array>

#include "tacit/kit/tick.hpp"

// When a publisher sends again, and when it gives up: specification section 16, Retries and Outcomes, and section 8 for
// legacy.
namespace tacit::nomq {

// Who acknowledges what was sent so many packets later has lost what came before; less may be the network's disorder.
// RFC 9002, section 6.1.1.
inline constexpr std::int16_t overtaken_by = 3;

// Who began to owe is looked at after one of these or two, which is sooner than any wait between two tries is over.
inline constexpr Ticks a_moment{3};

inline constexpr Ticks second = ticks({1'000'000});
inline constexpr Ticks longest_wait = ticks({8'000'000});  // between two tries
inline constexpr Ticks silence = ticks({5'000'000});       // who owes and acknowledged nothing for so long is silent
inline constexpr Ticks relief_gap = ticks({250'000});      // who waits for room or a number looks again

inline constexpr Ticks legacy_deadline = ticks({25'000'000});
inline constexpr Ticks legacy_settling = ticks({1'000'000});  // others may be about to answer
inline constexpr std::array<Ticks, 4> legacy_repeats{ticks({1'000'000}), ticks({3'000'000}), ticks({7'000'000}),
                                                     ticks({15'000'000})};

}  // namespace tacit::nomq
