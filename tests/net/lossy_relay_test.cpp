// Goal: two programs that meet through the relay alone hear what they would hear in one group, but for what it was told
// to lose. Method: they talk over real sockets on loopback, and what arrives is counted.
#include "app/bench/lossy_relay.hpp"

#include <gtest/gtest.h>

#include "app/bench/loopback.hpp"
#include "tests/net/station.hpp"

namespace tacit::net {

namespace {

constexpr std::uint16_t beyond = group_port + 100;

class LossyRelayTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_ = std::make_unique<Namespace>();
    one_ = std::make_unique<Station>(*host_, app::bench::lan_on_loopback(group_port));
    other_ = std::make_unique<Station>(*host_, app::bench::lan_on_loopback(beyond));
  }
  void start_relay(std::uint32_t seed = 1) {
    relay_.reset();
    relay_ = host_->inside([seed] {
      return std::make_unique<app::bench::LossyRelay>(app::bench::LossyRelay::Ports{group_port, beyond}, seed);
    });
  }

  template <class Holds> bool until(Holds holds) {
    const Instant end = linux_port::now().tick + Duration{10'000'000};
    while (!holds()) {
      if (linux_port::now().tick > end) return false;
      for (Station* station : {one_.get(), other_.get()})
        if (station->wait({500})) station->turn();
    }
    return true;
  }

  // So many datagrams in one run, of which each says its number; then all that the relay will pass has come.
  std::vector<std::string> send_run(int count) {
    const std::uint64_t before = relay_->heard(), lost_before = relay_->lost();
    const std::size_t had = other_->heard.size();
    for (int n = 0; n < count; ++n) one_->prepare({.to_group = true}, std::to_string(100'000 + n));
    one_->flush();
    EXPECT_TRUE(until([&] { return relay_->heard() == before + static_cast<std::uint64_t>(count); }));
    const std::size_t passed = static_cast<std::size_t>(count) - (relay_->lost() - lost_before);
    EXPECT_TRUE(until([&] { return other_->heard.size() == had + passed; }));
    std::vector<std::string> texts;
    for (std::size_t n = had; n < other_->heard.size(); ++n) texts.push_back(other_->heard[n].text);
    return texts;
  }

  std::unique_ptr<Namespace> host_;
  std::unique_ptr<Station> one_, other_;
  std::unique_ptr<app::bench::LossyRelay> relay_;
};

TEST_F(LossyRelayTest, what_is_said_to_one_group_is_said_to_the_other_and_the_answer_finds_back) {
  start_relay();
  one_->say_to_group("to all");
  ASSERT_TRUE(until([&] { return other_->heard.size() == 1; }));
  EXPECT_EQ(other_->heard[0].text, "to all");
  EXPECT_TRUE(other_->heard[0].path.to_group);

  other_->say({.peer = other_->heard[0].path.peer}, "to the one, how?");
  ASSERT_TRUE(until([&] { return other_->count("answer") == 1; }));
  ASSERT_EQ(one_->heard.back().text, "to the one, how?");
  EXPECT_FALSE(one_->heard.back().path.to_group);
  EXPECT_FALSE(other_->heard.back().path.to_group);
  EXPECT_EQ(relay_->heard(), 3u);
  EXPECT_EQ(relay_->lost(), 0u);
}

TEST_F(LossyRelayTest, without_the_relay_the_two_groups_do_not_hear_each_other) {
  one_->say_to_group("to all");
  ASSERT_TRUE(until([&] { return one_->count("to all") == 1; }));  // its own, which the group brings back
  for (int times = 0; times < 10; ++times)
    if (other_->wait({5000})) other_->turn();
  EXPECT_TRUE(other_->heard.empty());
}

TEST_F(LossyRelayTest, of_one_run_datagrams_get_lost_each_by_itself) {
  start_relay();
  relay_->lose(10);
  const auto arrived = send_run(2000);
  EXPECT_GT(arrived.size(), 1700u);
  EXPECT_LT(arrived.size(), 1900u);
  std::size_t gaps = 0;
  for (std::size_t n = 1; n < arrived.size(); ++n) gaps += std::stoi(arrived[n]) != std::stoi(arrived[n - 1]) + 1;
  EXPECT_GT(gaps, 120u) << "not run by run";
}

TEST_F(LossyRelayTest, the_same_seed_loses_the_same) {
  const auto lost_with = [this](std::uint32_t seed) {
    start_relay(seed);
    relay_->lose(30);
    return send_run(200);
  };
  const auto first = lost_with(7);
  EXPECT_EQ(lost_with(7), first);
  EXPECT_NE(lost_with(8), first);
}

}  // namespace

}  // namespace tacit::net
