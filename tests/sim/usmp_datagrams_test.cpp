// Goal: over a network that loses, repeats, reorders, cuts and flips, with attackers, restarts and devices that move,
// nothing false is told and nothing is told to be delivered that was not; and when it calms down, all is well again.
// Method: three devices and a server, some minutes of trouble, some of calm, many seeds. The witness compares all that
// arrives with all that was said.
#include <gtest/gtest.h>

#include "tests/sim/seeds.hpp"
#include "tests/sim/usmp_world.hpp"

namespace tacit::test {
namespace {

using namespace tacit::literals;

Endpoint address(std::uint8_t last, std::uint16_t port) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, last}, port};
}

class Story {
 public:
  explicit Story(std::uint64_t seed) : dice_(seed), network_(seed, {}), attacker_(network_, seed + 1, complaints) {
    for (std::uint8_t number = 1; number <= 3; ++number)
      boards_.push_back(
          std::make_unique<UsmpBoard>(network_, server_, server_at_, number, seed * 16 + number, complaints));
  }

  void trouble() {
    network_.set_air({.loss_percent = dice_.below(41),
                      .repeat_percent = dice_.below(20),
                      .flip_percent = dice_.below(5),
                      .cut_percent = dice_.below(5),
                      .delay_ms_min = 1,
                      .delay_ms_max = dice_.between(1, 300)});
    for (unsigned step = dice_.between(20, 60); step > 0; --step) {
      act();
      network_.run({std::int64_t{dice_.below(3000)} * 1000});
    }
  }

  void calm() {
    network_.set_air({.delay_ms_min = 1, .delay_ms_max = 20});
    network_.run(200_s);
    for (const auto& board : boards_) {
      if (!board->connected()) complaints.push_back("a device did not come back");
      const std::size_t there = server_.from_device[board->id()].arrivals();
      const std::size_t here = server_.to_device[board->id()].arrivals();
      if (!board->send(1000)) complaints.push_back("a connected device cannot send");
      if (!server_.send(board->id(), 1000)) complaints.push_back("the server cannot send to a device");
      network_.run(5_s);
      if (server_.from_device[board->id()].arrivals() != there + 1) complaints.push_back("the server heard nothing");
      if (server_.to_device[board->id()].arrivals() != here + 1) complaints.push_back("a device heard nothing");
      if (server_.from_device[board->id()].open() + server_.to_device[board->id()].open() > 0)
        complaints.push_back("a message has no end");
    }
    network_.run(120_s);  // what nobody speaks in any more is over
    if (server_.hub().handshakes() != 0) complaints.push_back("a handshake has no end");
    if (server_.hub().sessions() != boards_.size())
      complaints.push_back("sessions without a device, or devices without");
  }

  unsigned moved() const { return server_.moved; }
  std::vector<std::string> complaints;

 private:
  UsmpBoard& any() { return *boards_[dice_.below(static_cast<std::uint32_t>(boards_.size()))]; }

  void act() {
    UsmpBoard& board = any();
    const std::uint32_t what = dice_.below(100);
    if (what < 35) (void)board.send(dice_.below(dice_.chance(30) ? 1809 : 100));
    else if (what < 60) (void)server_.send(board.id(), dice_.below(dice_.chance(30) ? 1809 : 100));
    else if (what < 80) attacker_.strike(everybody());
    else if (what < 88) board.move(address(board.id()[5], static_cast<std::uint16_t>(5000 + dice_.below(4))));
    else if (what < 92) board.rekey();
    else if (what < 95) board.step_clock({(std::int64_t{dice_.below(200'000)} - 100'000) * 1'000'000});
    else if (what < 98) board.restart();
    else server_.restart();
  }

  std::vector<Endpoint> everybody() const {
    std::vector<Endpoint> all{server_at_};
    for (const auto& board : boards_) all.push_back(board->at());
    return all;
  }

  sim::Random dice_;
  sim::Network network_;
  UsmpAttacker attacker_;
  const Endpoint server_at_ = address(200, 9000);
  UsmpServer server_{network_, server_at_, 77, complaints};
  std::vector<std::unique_ptr<UsmpBoard>> boards_;
};

// In parts, which run side by side.
class Datagrams : public ::testing::TestWithParam<unsigned> {};

TEST_P(Datagrams, nothing_false_is_told_and_all_recovers) {
  unsigned moved = 0, seeds_run = 0;
  for (const std::uint64_t seed : seeds(600, GetParam(), 4)) {
    Story story(seed);
    story.trouble();
    story.calm();
    moved += story.moved();
    ++seeds_run;
    ASSERT_TRUE(story.complaints.empty()) << "TACIT_SEED=" << seed << ": " << story.complaints.front();
  }
  if (seeds_run < 20) return;
  EXPECT_GT(moved, seeds_run / 4);  // sessions do follow their devices
}

INSTANTIATE_TEST_SUITE_P(Parts, Datagrams, ::testing::Range(0u, 4u));

}  // namespace
}  // namespace tacit::test
