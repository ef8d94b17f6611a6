#include "app/bench/lossless_rate.hpp"

#include <gtest/gtest.h>

namespace tacit::app::bench {
namespace {

// A network that carries so many messages a second and loses the others, and a sender that makes no more than it can.
struct Channel {
  double carries, makes = 1e9;
  int runs = 0;

  LosslessRate::Run run() {
    return [this](double rate, const RunLength& length) {
      ++runs;
      const double sent = std::min(rate > 0 ? rate : carries / 2, makes) * length.seconds;
      const double arrived = std::min(sent, carries * length.seconds);
      return Traffic{.spent = {.wall = length.seconds, .cpu = 0, .cpu_sending = 0},
                     .sent = static_cast<std::uint64_t>(sent),
                     .arrived = static_cast<std::uint64_t>(arrived)};
    };
  }
};

TEST(LosslessRate, comes_close_to_what_is_carried_and_loses_nothing) {
  for (const double carries : {900.0, 50'000.0, 3e6}) {
    Channel channel{carries};
    LosslessRate lossless;
    for (int round = 0; round < 10; ++round) {
      const Traffic traffic = lossless.round(channel.run(), {.seconds = 1});
      EXPECT_EQ(traffic.lost(), 0u);
      EXPECT_GT(traffic.rate(), 0.8 * carries);
    }
  }
}

TEST(LosslessRate, does_not_ask_a_sender_for_more_and_more) {
  Channel channel{.carries = 1e6, .makes = 1e5};
  LosslessRate lossless;
  for (int round = 0; round < 10; ++round) EXPECT_NEAR(lossless.round(channel.run(), {.seconds = 1}).rate(), 1e5, 1);
  EXPECT_LE(channel.runs, 13 + 10);
}

TEST(LosslessRate, ends_where_everything_is_lost_now_and_then) {
  Channel channel{.carries = 1000};
  LosslessRate lossless;
  (void)lossless.round(channel.run(), {.seconds = 1});
  channel.carries = 10;
  channel.runs = 0;
  const Traffic traffic = lossless.round(channel.run(), {.seconds = 1});
  EXPECT_GT(traffic.lost(), 0u) << "and says so";
  EXPECT_EQ(channel.runs, 5);
}

}  // namespace
}  // namespace tacit::app::bench
