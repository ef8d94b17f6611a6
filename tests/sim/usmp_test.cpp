// Goal: over a network that loses, repeats, reorders, cuts and flips, or over streams that break, with attackers,
// restarts and devices that move, nothing false is told and nothing is told to be delivered that was not; and when it
// calms down, all is well again. Method: three devices and a server, some minutes of trouble, some of calm, many seeds.
// The witness compares all that arrives with all that was said.
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
  Story(usmp::Transport transport, std::uint64_t seed)
      : dice_(seed), network_(seed, {}), streams_(network_, seed + 2), attacker_(network_, seed + 1, complaints) {
    server_.transport = transport;
    for (std::uint8_t number = 1; number <= 3; ++number)
      boards_.push_back(std::make_unique<UsmpBoard>(network_, streams_, transport, server_, server_at_, number,
                                                    seed * 16 + number, complaints));
  }

  void trouble() {
    network_.set_air({.loss_percent = dice_.below(41),
                      .repeat_percent = dice_.below(20),
                      .flip_percent = dice_.below(5),
                      .cut_percent = dice_.below(5),
                      .delay_ms_min = 1,
                      .delay_ms_max = dice_.between(1, 300)});
    streams_.delay_ms_max = dice_.between(1, 300);
    for (unsigned step = dice_.between(20, 60); step > 0; --step) {
      act();
      network_.run({std::int64_t{dice_.below(3000)} * 1000});
    }
  }

  void calm() {
    network_.set_air({.delay_ms_min = 1, .delay_ms_max = 20});
    streams_.delay_ms_max = 20;
    streams_.reachable = true;
    strangers_.clear();
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
    else if (what < 90) board.rekey();
    else if (what < 92) streams_.break_one();
    else if (what < 93) streams_.reachable = dice_.chance(70);
    else if (what < 95) strange();
    else if (what < 96) board.step_clock({(std::int64_t{dice_.below(200'000)} - 100'000) * 1'000'000});
    else if (what < 98) board.restart();
    else server_.restart();
  }

  // Somebody connects and says nothing, or rubbish.
  void strange() {
    auto line = streams_.connect(address(static_cast<std::uint8_t>(150 + dice_.below(3)), 1));
    if (!line) return;
    std::vector<std::uint8_t> rubbish(dice_.chance(50) ? 0 : dice_.below(600));
    dice_.fill(rubbish);
    if (rubbish.size() > usmp::header_size && dice_.chance(50)) {
      rubbish.resize(std::min(rubbish.size(), usmp::frame_size_max));
      usmp::encode_frame({.wire = usmp::Wire::v2, .type = static_cast<usmp::FrameType>(dice_.below(12))}, rubbish);
    }
    streams_.write(line->to_server, rubbish);
    strangers_.push_back(std::move(line));
  }

  std::vector<Endpoint> everybody() const {
    std::vector<Endpoint> all{server_at_};
    for (const auto& board : boards_) all.push_back(board->at());
    return all;
  }

  sim::Random dice_;
  sim::Network network_;
  sim::Streams streams_;
  UsmpAttacker attacker_;
  const Endpoint server_at_ = address(200, 9000);
  UsmpServer server_{network_, streams_, server_at_, 77, complaints};
  std::vector<std::shared_ptr<sim::Line>> strangers_;
  std::vector<std::unique_ptr<UsmpBoard>> boards_;
};

// How many sessions followed their devices.
unsigned tell(usmp::Transport transport, std::uint64_t seed) {
  Story story(transport, seed);
  story.trouble();
  story.calm();
  EXPECT_TRUE(story.complaints.empty()) << "TACIT_SEED=" << seed << ": " << story.complaints.front();
  return story.moved();
}

// In parts, which run side by side.
class Usmp : public ::testing::TestWithParam<unsigned> {};

TEST_P(Usmp, over_datagrams_nothing_false_is_told_and_all_recovers) {
  unsigned moved = 0;
  const auto all = seeds(600, GetParam(), 4);
  for (const std::uint64_t seed : all) {
    moved += tell(usmp::Transport::datagrams, seed);
    ASSERT_FALSE(HasFailure());
  }
  if (all.size() > 20) { EXPECT_GT(moved, all.size() / 4); }
}

TEST_P(Usmp, over_streams_nothing_false_is_told_and_all_recovers) {
  for (const std::uint64_t seed : seeds(600, GetParam(), 4)) {
    (void)tell(usmp::Transport::stream, seed);
    ASSERT_FALSE(HasFailure());
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, Usmp, ::testing::Range(0u, 4u));

}  // namespace
}  // namespace tacit::test
