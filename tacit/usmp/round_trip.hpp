#pragma once
#include <algorithm>

#include "tacit/kit/tick.hpp"

namespace tacit::usmp {

inline constexpr unsigned transmissions_max = 5;

// How long to wait for an acknowledgement, specification section 7: it follows the round trips that were seen.
class RoundTrip {
 public:
  // An acknowledgement came after `took`. Only for what was sent once: nobody knows which transmission the
  // acknowledgement of the others is for.
  void measured(Ticks took) {
    const auto sample = static_cast<std::int32_t>(std::min(took.count, most));
    const std::int32_t error = sample - smoothed_;
    variation_ = narrow(variation_ + ((error < 0 ? -error : error) - variation_) / 4);
    smoothed_ = narrow(smoothed_ + error / 8);
    timeout_ = narrow(std::clamp<std::int32_t>(smoothed_ + 4 * variation_, least_timeout, most));
  }

  // From the transmission of this number, from 0, to the next.
  Ticks wait(unsigned transmission) const { return {std::clamp(std::uint32_t{timeout_} << transmission, least, most)}; }

 private:
  static constexpr std::uint16_t narrow(std::int32_t value) { return static_cast<std::uint16_t>(value); }
  static constexpr std::uint32_t least = ticks({50'000}).count, most = ticks({5'000'000}).count;
  static constexpr std::int32_t least_timeout = ticks({100'000}).count;

  std::uint16_t timeout_ = ticks({500'000}).count, smoothed_ = ticks({200'000}).count,
                variation_ = ticks({100'000}).count;  // ticks
};

}  // namespace tacit::usmp
