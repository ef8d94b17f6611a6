// Goal: nothing between an application and the air costs an allocation. Method: two NoMQ nodes on a host's real sockets
// exchange messages of every quality, and operator new is counted.
#include <gtest/gtest.h>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/port/linux/lan_driver.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/nomq_station.hpp"

namespace tacit::net {

namespace {

constexpr std::uint16_t group_port = 8889;

// A node, its memory and its sockets, as host::Nomq joins them.
struct Joined {
  Joined() = default;
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  crypto::HostRandom random;
  test::TestCipher cipher{nomq::Profile::v1};
  host::NomqMemory memory{test::roomy};
  nomq::Node node{{}, memory.tables(), cipher, random};
  linux_port::LanSockets sockets{{.group = {group_port, {}}, .own = {8890, 8904}}, random};
  std::size_t heard = 0, delivered = 0;
  linux_port::LanDriver<nomq::Node> driver{node, sockets, [this](const nomq::Event& event) {
                                             heard += std::holds_alternative<nomq::Message>(event);
                                             if (const auto* outcome = std::get_if<nomq::Outcome>(&event))
                                               delivered += outcome->delivered;
                                           }};
};

// Takes turns until it holds, for some seconds at most. Not a std::function: that may allocate.
template <class Holds> bool until(Joined& one, Joined& two, Holds holds) {
  const Instant end = linux_port::now().tick + Duration{10'000'000};
  while (!holds()) {
    if (linux_port::now().tick > end) return false;
    for (Joined* each : {&one, &two})
      if (each->sockets.wait({500})) each->driver.turn();
  }
  return true;
}

TEST(NomqAllocationsTest, no_message_costs_an_allocation_at_either_end) {
  if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
  const Namespace host;
  host.inside([] {
    Joined sender, receiver;
    const nomq::ChannelId channel = nomq::channel_id("plant/temp");
    const std::string text(100, 'x');
    ASSERT_TRUE(receiver.node.subscribe("plant/temp", linux_port::now()));
    receiver.driver.flush();
    sender.driver.flush();
    ASSERT_TRUE(until(sender, receiver, [&] { return sender.node.listens(receiver.node.session(), channel); }));

    const auto exchange = [&](nomq::Qos qos) {
      const std::size_t before = receiver.heard;
      ASSERT_TRUE(sender.node.publish({.channel = channel, .message = bytes_of(text), .qos = qos}, linux_port::now()));
      sender.driver.flush();
      ASSERT_TRUE(until(sender, receiver, [&] { return receiver.heard == before + 1 && sender.node.idle(); }));
    };
    const std::array every_qos{nomq::Qos::at_most_once, nomq::Qos::at_least_once, nomq::Qos::exactly_once};
    for (const nomq::Qos qos : every_qos) exchange(qos);  // what the sockets make once is made

    const std::size_t before = test::allocations();
    for (int times = 0; times < 30; ++times)
      for (const nomq::Qos qos : every_qos) exchange(qos);
    EXPECT_EQ(test::allocations(), before);
    EXPECT_EQ(receiver.heard, 93u);
    EXPECT_EQ(sender.delivered, 62u);
  });
}

}  // namespace

}  // namespace tacit::net
