// Goal: a server whose port the kernel chooses gets one that is free for UDP and TCP where there is one, and a port
// that was named is that or none. Method: a host with eight ports to choose from, on which others have some of them.
#include "tacit/port/linux/server_sockets.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <list>
#include <set>

#include "tests/net/namespaces.hpp"

namespace tacit::net {

namespace {

using linux_port::ServerConfig;
using linux_port::ServerSockets;

class ServerSocketsTest : public testing::Test {
 protected:
  static constexpr std::uint16_t first_port = 40'000, last_port = 40'007;

  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_.emplace();
    host_->inside([] {
      std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
      range << first_port << ' ' << last_port << std::flush;
      ASSERT_TRUE(range) << "the ports to choose from cannot be set";
    });
  }

  static ServerConfig at(std::uint16_t port) {
    ServerConfig config;
    config.at.port = port;
    config.connections = 1;
    return config;
  }
  ServerSockets& serve(const ServerConfig& config) {
    return host_->inside([&]() -> ServerSockets& { return servers_.emplace_back(config); });
  }

  std::optional<Namespace> host_;
  std::list<ServerSockets> servers_;
};

TEST_F(ServerSocketsTest, servers_that_would_share_their_port_are_not_given_the_same_one) {
  ServerConfig config = at(0);
  config.spread = true;
  std::set<std::uint16_t> ports;
  for (std::uint16_t port = first_port; port <= last_port; ++port) ports.insert(serve(config).port());
  EXPECT_EQ(ports.size(), 8u);
}

}  // namespace

}  // namespace tacit::net
