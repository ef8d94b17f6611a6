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
    const bool set = host_->inside([] {
      std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
      range << first_port << ' ' << last_port << std::flush;
      return !!range;
    });
    if (!set) GTEST_SKIP() << "the ports to choose from cannot be set here";
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
  void take_for_tcp(std::uint16_t first, std::uint16_t last, bool shared = false) {
    for (std::uint16_t port = first; port <= last; ++port) {
      ServerConfig config = at(port);
      config.udp = false;
      config.spread = shared;
      serve(config);
    }
  }
  // Of as many servers as there are ports to choose from.
  std::set<std::uint16_t> ports_given(const ServerConfig& config) {
    std::set<std::uint16_t> ports;
    for (std::uint16_t port = first_port; port <= last_port; ++port) ports.insert(serve(config).port());
    return ports;
  }
  // What the exception says, which is to be that the address is in use.
  std::string refusal_of(const ServerConfig& config) {
    try {
      return "served at " + std::to_string(serve(config).port());
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::address_in_use);
      return error.what();
    }
  }

  std::optional<Namespace> host_;
  std::list<ServerSockets> servers_;
};

TEST_F(ServerSocketsTest, the_kernel_chooses_a_port_that_is_free_for_both) {
  take_for_tcp(first_port, last_port - 1);
  const ServerSockets& server = serve(at(0));
  EXPECT_EQ(server.port(), last_port);
  EXPECT_EQ(server.udp().local().port, last_port);
  EXPECT_EQ(server.tcp()->local().port, last_port);
}

TEST_F(ServerSocketsTest, a_server_on_several_threads_has_all_its_sockets_at_the_port_that_was_chosen) {
  take_for_tcp(first_port + 1, last_port);
  ServerConfig config = at(0);
  config.spread = true;
  config.at.port = serve(config).port();
  EXPECT_EQ(config.at.port, first_port);
  for (int shard = 1; shard < 4; ++shard) EXPECT_EQ(serve(config).port(), first_port);
}

TEST_F(ServerSocketsTest, servers_that_would_share_their_port_are_not_given_the_same_one) {
  ServerConfig config = at(0);
  config.spread = true;
  EXPECT_EQ(ports_given(config).size(), 8u);
}

TEST_F(ServerSocketsTest, a_port_that_others_share_for_tcp_is_none_that_is_free) {
  take_for_tcp(first_port, last_port - 1, true);
  ServerConfig config = at(0);
  config.spread = true;
  EXPECT_EQ(serve(config).port(), last_port);
}

TEST_F(ServerSocketsTest, where_no_port_is_free_for_both_that_is_said_and_no_port_is_kept) {
  take_for_tcp(first_port, last_port);
  EXPECT_NE(refusal_of(at(0)).find("no port is free for UDP and TCP"), std::string::npos) << refusal_of(at(0));
  ServerConfig only_udp = at(0);
  only_udp.tcp = false;
  EXPECT_EQ(ports_given(only_udp).size(), 8u);
}

TEST_F(ServerSocketsTest, a_port_that_was_named_is_never_replaced) {
  take_for_tcp(first_port, first_port);
  EXPECT_NE(refusal_of(at(first_port)).find("cannot listen for TCP"), std::string::npos);
}

}  // namespace

}  // namespace tacit::net
