// Goal: what the sockets of a LAN promise, on real network stacks. Method: hosts in network namespaces on one bridge,
// each with stations that say short texts; time is real, so every wait ends when what it waits for has happened.
#include <gtest/gtest.h>

#include <functional>

#include "tests/net/station.hpp"

namespace tacit::net {

namespace {

using namespace literals;
using linux_port::parse_endpoint;

class LanTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
  }

  Station& start(const Namespace& host, linux_port::LanConfig config = lan_config()) {
    return *stations_.emplace_back(std::make_unique<Station>(host, std::move(config)));
  }

  // Gives every station its turns until it holds, for some seconds at most.
  bool until(const std::function<bool()>& holds, Duration at_most = 5_s) {
    const Instant end = linux_port::now().tick + at_most;
    while (!holds()) {
      if (linux_port::now().tick > end) return false;
      for (auto& station : stations_)
        if (station->wait({})) station->turn();
      stations_.front()->wait(2_ms);
    }
    return true;
  }

  // Time for what should not arrive.
  void let_pass(Duration time) {
    (void)until([] { return false; }, time);
  }

  std::vector<std::unique_ptr<Station>> stations_;
};

Endpoint endpoint(const Namespace& host, const std::string& text) {
  return host.inside([&] {
    std::error_code error;
    const Endpoint result = parse_endpoint(text, 0, error);
    if (error) throw std::system_error(error, text);
    return result;
  });
}

TEST_F(LanTest, a_broadcast_reaches_every_host_once_and_its_sender_too) {
  Lan lan(4);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n));
  stations_[0]->say_to_group("good morning");
  const auto all_heard = [&] {
    return std::ranges::all_of(stations_, [](auto& s) { return s->count("good morning") > 0; });
  };
  EXPECT_TRUE(until(all_heard));
  let_pass(50_ms);
  for (auto& station : stations_) {
    ASSERT_EQ(station->heard.size(), 1u);
    const Path expected{endpoint(lan.host(0), Lan::ipv4(0) + ":8890"), {}, true};
    EXPECT_EQ(station->heard[0].path, expected);
  }
}

TEST_F(LanTest, a_multicast_reaches_every_host_once_beside_the_broadcast) {
  Lan lan(4);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n), lan_config(true));
  stations_[0]->say_to_group("good morning");
  const auto all_heard = [&] {
    return std::ranges::all_of(stations_, [](auto& s) { return s->count("good morning") > 1; });
  };
  EXPECT_TRUE(until(all_heard));
  let_pass(50_ms);
  for (std::size_t n = 0; n < lan.size(); ++n) {
    auto& station = stations_[n];
    ASSERT_EQ(station->heard.size(), 2u);
    const Endpoint link_local = endpoint(lan.host(n), "[" + Lan::link_local(0) + "%eth0]:8890");
    EXPECT_EQ(std::ranges::count(station->heard, link_local, [](const Heard& h) { return h.path.peer; }), 1);
  }
}

}  // namespace

}  // namespace tacit::net
