#pragma once
#include <functional>

#include "app/bench/traffic.hpp"

namespace tacit::app::bench {

// The highest rate at which all arrives, for what has no flow control. The first round looks for it in short runs,
// twelve at most; each round then runs at it for as long as it is to, slower and again where something was lost, four
// times at most. A round without a loss has the next one try a little more.
class LosslessRate {
 public:
  // Messages at that rate; at rate 0 as fast as the receiver lets the sender.
  using Run = std::function<Traffic(double rate, const RunLength&)>;

  // The last run; what it lost, it lost at the lowest rate that was tried.
  Traffic round(const Run&, const RunLength&);

 private:
  void search(const Run&);

  double rate_ = 0;
};

}  // namespace tacit::app::bench
