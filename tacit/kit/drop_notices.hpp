#pragma once
#include <array>

#include "tacit/base/reason.hpp"
#include "tacit/kit/allowance.hpp"

namespace tacit {

// Which of the things that are refused are told to the owner; all of them are counted. Anybody can make us refuse
// things, so they are told at a bounded rate: ten at once, and one more each second. But the first of each reason in a
// second is told whatever else there was, so that no flood of one hides another.
class DropNotices {
 public:
  bool take(Reason reason, Tick now) {
    constexpr Ticks a_second = ticks({1'000'000});
    if (now - since_ >= a_second) told_ = {}, since_ = now;
    std::uint32_t& told = told_[static_cast<std::size_t>(reason) / 32];
    const std::uint32_t mark = 1u << (static_cast<std::size_t>(reason) % 32);
    const bool is_first = (told & mark) == 0;
    told |= mark;
    return allowance_.take(now) || is_first;
  }

 private:
  std::array<std::uint32_t, (reason_count + 31) / 32> told_{};  // a bit for each reason
  Tick since_;
  Allowance allowance_{10, ticks({1'000'000})};
};

}  // namespace tacit
