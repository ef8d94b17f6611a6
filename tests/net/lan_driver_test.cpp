// Goal: a driver takes its turns on an event loop, wakes its machine in time, and lets go. Method: talkers on loopback
// in one io_context, and a machine that is nothing but a timer.
#include "tacit/port/linux/lan_driver.hpp"

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <stdexcept>

#include "tests/net/station.hpp"

namespace tacit::net {

namespace {

using namespace literals;
using linux_port::LanDriver;
using linux_port::LanSockets;

// Rings at given instants and says how late it was told.
class Clockwork {
 public:
  using Event = Duration;

  void ring_at(Instant at) { at_ = at; }

  std::size_t input(std::span<Datagram> in, Now) { return in.size(); }
  void timeout(Now now) {
    rang_ = now.tick - *at_;
    at_.reset();
  }
  void poll_transmit(Outbox&, Now) {}
  std::optional<Event> poll_event() { return std::exchange(rang_, std::nullopt); }
  std::optional<Instant> next_timeout() const { return at_; }

 private:
  std::optional<Instant> at_;
  std::optional<Event> rang_;
};

class LanDriverTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_.emplace();
  }

  std::unique_ptr<LanSockets> sockets() {
    return host_->inside([&] { return std::make_unique<LanSockets>(lan_config(), dice_); });
  }

  // Runs the loop until it is stopped or has nothing left to do; an end that never comes ends the test.
  void run() {
    host_->inside([&] { (void)context_.run_for(std::chrono::seconds(5)); });
    EXPECT_TRUE(context_.stopped());
  }

  std::optional<Namespace> host_;
  Dice dice_;
  asio::io_context context_;
};

constexpr Path group{.to_group = true};

TEST_F(LanDriverTest, two_programs_talk_on_one_event_loop) {
  Talker one, two;
  const auto one_sockets = sockets(), two_sockets = sockets();
  bool answered = false;
  LanDriver<Talker> first(context_.get_executor(), one, *one_sockets, [](const Talker::Event&) {});
  LanDriver<Talker> second(context_.get_executor(), two, *two_sockets, [&](const Talker::Event& event) {
    if (event.text == "hello") two.say({.peer = event.path.peer}, "how?");
    answered = answered || event.text == "answer";
    if (answered) context_.stop();
  });
  one.say(group, "hello");
  first.flush();
  run();
  EXPECT_TRUE(answered);
}

TEST_F(LanDriverTest, a_handler_is_never_called_from_within_itself) {
  Talker talker;
  const auto its_sockets = sockets();
  int depth = 0, deepest = 0, heard = 0;
  LanDriver<Talker> driver(context_.get_executor(), talker, *its_sockets, [&](const Talker::Event&) {
    deepest = std::max(deepest, ++depth);
    driver.flush();
    --depth;
    if (++heard == 3) context_.stop();
  });
  for (const char* text : {"one", "two", "three"}) talker.say(group, text);
  driver.flush();
  run();
  EXPECT_EQ(heard, 3);
  EXPECT_EQ(deepest, 1);
}

TEST_F(LanDriverTest, a_machine_is_woken_when_it_asked_to_be) {
  Clockwork clockwork;
  const auto its_sockets = sockets();
  std::vector<Duration> late;
  LanDriver<Clockwork> driver(context_.get_executor(), clockwork, *its_sockets, [&](Duration lateness) {
    late.push_back(lateness);
    if (late.size() == 3) return context_.stop();
    clockwork.ring_at(linux_port::now().tick + 20_ms);
  });
  clockwork.ring_at(linux_port::now().tick);
  driver.flush();
  run();
  EXPECT_EQ(late.size(), 3u);
  for (const Duration lateness : late) EXPECT_TRUE(lateness >= Duration{} && lateness < 1_s) << lateness.us;
}

TEST_F(LanDriverTest, a_driver_that_died_leaves_the_event_loop) {
  Talker talker;
  const auto its_sockets = sockets();
  auto driver =
      std::make_unique<LanDriver<Talker>>(context_.get_executor(), talker, *its_sockets, [](const Talker::Event&) {});
  talker.say(group, "hello");
  driver->flush();
  asio::post(context_, [&] { driver.reset(); });
  run();
}

TEST_F(LanDriverTest, a_strand_is_an_executor_too) {
  Talker talker;
  const auto its_sockets = sockets();
  LanDriver<Talker> driver(asio::make_strand(context_), talker, *its_sockets,
                           [&](const Talker::Event&) { context_.stop(); });
  talker.say(group, "hello");
  driver.flush();
  run();
}

TEST_F(LanDriverTest, after_a_handler_threw_the_driver_goes_on) {
  Talker talker;
  const auto its_sockets = sockets();
  std::size_t heard = 0;
  LanDriver<Talker> driver(talker, *its_sockets, [&](const Talker::Event&) {
    if (++heard == 1) throw std::runtime_error("not now");
  });
  talker.say(group, "hello");
  talker.say(group, "hello again");
  host_->inside([&] {
    driver.flush();
    ASSERT_TRUE(its_sockets->wait(1_s));
    EXPECT_THROW(driver.turn(), std::runtime_error);
    for (int turns = 0; turns < 10 && heard < 2; ++turns) {
      (void)its_sockets->wait(10_ms);
      driver.turn();
    }
  });
  EXPECT_EQ(heard, 2u);
}

}  // namespace

}  // namespace tacit::net
