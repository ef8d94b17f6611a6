#include "app/bench/lossless_rate.hpp"

namespace tacit::app::bench {
namespace {

// The sender kept the pace; otherwise it is the limit, and asking for more is no use.
bool kept(const Traffic& run, double rate) { return run.rate() > 0.95 * rate; }

}  // namespace

Traffic LosslessRate::round(const Run& run, const RunLength& length) {
  if (rate_ == 0) search(run);
  Traffic result = run(rate_, length);
  if (result.lost() == 0) {
    if (kept(result, rate_)) rate_ *= 1.03;
    return result;
  }
  for (int again = 0; again < 4 && result.lost() > 0; ++again) {
    rate_ *= 0.93;
    result = run(rate_, length);
  }
  return result;
}

void LosslessRate::search(const Run& run) {
  constexpr RunLength probe{.seconds = 0.15};
  constexpr double step = 1.12;
  rate_ = run(0, probe).rate();
  bool lost_before = false;
  for (int tries = 0; tries < 12; ++tries) {
    const Traffic result = run(rate_, probe);
    if (result.lost() > 0) {
      rate_ /= step;
      lost_before = true;
    } else if (lost_before || !kept(result, rate_)) {
      return;
    } else {
      rate_ *= step;
    }
  }
}

}  // namespace tacit::app::bench
