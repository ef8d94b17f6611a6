#pragma once
#include <array>
#include <optional>

#include "tacit/base/reason.hpp"
#include "tacit/e2e/packet_time.hpp"

namespace tacit::e2e {

// Times of packets that were seen and are not remembered any more: a few ranges. What lies in one may have been seen,
// so it is refused.
//
// As long as the clock runs there is one range, and all of it is stale anyway. A clock that leaps ahead begins another
// one; when it comes back what lies between them is taken, and the range that was ahead is refused once more when its
// time has really come. Where there are too many, the two of longest ago become one.
class Forgotten {
 public:
  void add(PacketTime, Reason why);
  // Why a packet of this time is refused; nothing where none of its time was forgotten.
  std::optional<Reason> find(PacketTime) const;

 private:
  struct Range {
    PacketTime first, last;
    Reason why{};
  };
  static constexpr std::int64_t gap_ns = 30'000'000'000;  // what is no further apart is one range

  void join_oldest();

  std::array<Range, 8> ranges_{};  // the first `used_`, in no order; they may overlap
  std::size_t used_ = 0;
};

}  // namespace tacit::e2e
