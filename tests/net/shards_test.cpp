// Goal: several threads are one server: each datagram reaches the shard that it names, connections are spread, orders
// are obeyed, and the end is clean. Method: echoes on a loopback interface of their own, and callers with many
// addresses.
#include "tacit/port/linux/shards.hpp"

#include <gtest/gtest.h>

#include <list>

#include "tests/net/caller.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/support/echo_hub.hpp"

namespace tacit::net {

namespace {

using namespace literals;
using linux_port::Inbox;
using linux_port::ServerConfig;
using linux_port::ShardExchange;
using linux_port::Shards;
using linux_port::UdpSocket;
using test::EchoHub;

constexpr std::size_t shards = 3;
constexpr Steering steering{.tests = {{{0, 'S', 'S'}}}, .size_min = 2, .shard_at = 1};

// What all shards saw.
struct Tally {
  std::atomic<std::size_t> right{0}, wrong{0}, unnamed{0}, streams{0}, orders{0};
  std::array<std::atomic<std::size_t>, shards> heard_by{};
};

struct Worker {
  using Machine = EchoHub;
  using Order = std::string;

  Worker(std::size_t its_shard, Tally& its_tally) : shard(its_shard), tally(its_tally) {}
  Machine& machine() { return hub; }
  void deliver(const EchoHub::Event& event) {
    ++tally.heard_by[shard];
    if (event.connection) return void(++tally.streams);
    const auto named = shard_named(steering, event.bytes, shards);
    ++(!named ? tally.unnamed : *named == shard ? tally.right : tally.wrong);
  }
  void obey(const Order& text) {
    ++tally.orders;
    hub.tell_all(text);
  }

  EchoHub hub;
  std::size_t shard;
  Tally& tally;
};

class ShardsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_.emplace();
    host_->inside([&] {
      shards_.emplace(ServerConfig{}, steering, shards,
                      [this](std::size_t shard, ShardExchange&) { return std::make_unique<Worker>(shard, tally_); });
    });
  }

  Endpoint server() const {
    std::error_code error;
    return linux_port::parse_endpoint("127.0.0.1", shards_->port(), error);
  }
  template <class Is> static bool until(Is is) {
    const Instant give_up = linux_port::now().tick + 20_s;
    while (!is() && linux_port::now().tick < give_up) (void)poll(nullptr, 0, 1);
    return is();
  }

  std::optional<Namespace> host_;
  Tally tally_;
  std::optional<Shards<Worker>> shards_;
};

void say_from_many_addresses(const Namespace& host, const Endpoint& server) {
  host.inside([&] {
    for (int i = 0; i < 60; ++i) {
      std::error_code error;
      UdpSocket socket({}, error);
      for (std::string text : {std::string("S") + static_cast<char>(i), std::string("x")}) {
        const MutBytes bytes(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
        const Outbox::Run run{{.peer = server}, bytes, bytes.size(), 1};
        socket.send({&run, 1});
      }
    }
  });
}

TEST_F(ShardsTest, a_datagram_reaches_the_shard_that_it_names_and_the_kernel_knows_which) {
  EXPECT_TRUE(shards_->steered_by_kernel());
  say_from_many_addresses(*host_, server());
  EXPECT_TRUE(until([&] { return tally_.right + tally_.wrong == 60 && tally_.unnamed == 60; }));
  EXPECT_EQ(tally_.wrong, 0u);
  EXPECT_EQ(shards_->exchanged().handed_over, 0u);
  for (const auto& heard : tally_.heard_by) EXPECT_GE(heard, 20u);
}

TEST_F(ShardsTest, what_the_kernel_gives_to_the_wrong_shard_is_handed_over) {
  // Another program of the same user has all that names a shard sent to the last one.
  host_->inside([&] {
    std::error_code error;
    UdpSocket other({.at = {{}, shards_->port(), 0}, .spread = true}, error);
    ASSERT_FALSE(error);
    const Steering to_the_last{.tests = {{{0, 'S', 'S'}}}, .size_min = 2, .shard_at = 0};  // 'S' is 3 n + 2
    ASSERT_FALSE(linux_port::steer_in_kernel(other.fd(), to_the_last, shards));
  });
  say_from_many_addresses(*host_, server());
  EXPECT_TRUE(until([&] { return tally_.right + tally_.wrong == 60 && tally_.unnamed == 60; }));
  EXPECT_EQ(tally_.wrong, 0u);
  EXPECT_EQ(shards_->exchanged().handed_over, 40u);
  EXPECT_EQ(shards_->exchanged().lost, 0u);
}

TEST_F(ShardsTest, connections_are_spread_and_orders_are_obeyed_by_each) {
  std::list<Caller> callers;
  host_->inside([&] {
    for (int i = 0; i < 60; ++i) callers.emplace_back(server()).say(frame("hello"));
  });
  const auto all_heard = [&](const std::string& bytes) {
    return until([&] {
      bool all = true;
      for (Caller& caller : callers) {
        caller.turn();
        all = all && caller.heard == bytes;
      }
      return all;
    });
  };
  EXPECT_TRUE(all_heard(frame("hello")));
  EXPECT_EQ(tally_.streams, 60u);
  for (const auto& heard : tally_.heard_by) EXPECT_GT(heard, 0u);

  for (std::size_t i = 0; i < shards_->size(); ++i) EXPECT_TRUE(shards_->post(i, "all of you"));
  EXPECT_TRUE(all_heard(frame("hello") + frame("all of you")));
  EXPECT_EQ(tally_.orders, shards);
}

TEST_F(ShardsTest, what_was_ordered_before_the_end_is_said) {
  Caller caller = host_->inside([&] { return Caller(server()); });
  caller.say(frame("hello"));
  ASSERT_TRUE(until([&] { return tally_.streams == 1; }));
  for (std::size_t i = 0; i < shards_->size(); ++i) EXPECT_TRUE(shards_->post(i, "farewell"));
  shards_.reset();
  EXPECT_TRUE(until([&] {
    caller.turn();
    return caller.ended;
  }));
  EXPECT_EQ(caller.heard, frame("hello") + frame("farewell"));
}

}  // namespace

}  // namespace tacit::net
