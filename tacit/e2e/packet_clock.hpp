#pragma once
#include "tacit/e2e/packet_time.hpp"

namespace tacit::e2e {

// The times of what one node sends: its clock's, but never one twice, however coarse or slow that is. With one key a
// packet's time and four random bytes must not come again; specification section 6.
//
// A clock that was put back by more than `step_back_min` is followed, because a peer would refuse everything as from
// the future until the clock has caught up. From then on times may come again, and the random bytes alone keep the IVs
// apart.
class PacketClock {
 public:
  static constexpr std::int64_t step_back_min_ns = 1'000'000'000;

  struct Reading {
    PacketTime time;
    bool stepped_back = false;
  };
  Reading read(PacketTime now) {
    const bool stepped_back = begun_ && ns_between(now, last_) > step_back_min_ns;
    if (begun_ && !stepped_back && now <= last_) last_ = PacketTime(last_.ns + 1);
    else last_ = now;
    begun_ = true;
    return {last_, stepped_back};
  }

 private:
  PacketTime last_;
  bool begun_ = false;
};

}  // namespace tacit::e2e
