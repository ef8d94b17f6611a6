#pragma once
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/net/caller.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/net/usmp_echo.hpp"
#include "tests/net/usmp_honest.hpp"
#include "tests/net/usmp_strangers.hpp"

namespace tacit::net {

// What somebody does to a server, a little at a time. Its end is that of its sockets.
class Attack {
 public:
  virtual ~Attack() = default;
  virtual void step() = 0;
  virtual bool enough() const = 0;  // it may stop here
};

// What this process has of the system.
struct Usage {
  std::ptrdiff_t descriptors = 0, resident_kb = 0;
  static Usage now() {
    const std::filesystem::directory_iterator descriptors("/proc/self/fd"), end;
    std::ptrdiff_t size = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return {std::distance(descriptors, end), resident * getpagesize() / 1024};
  }
};

// A server in a network of its own, strangers who attack it, and devices that have done nothing to anybody. All of them
// take turns on one thread.
class UsmpAttackTest : public testing::Test {
 protected:
  static constexpr usmp::DeviceId lamp{0x24, 0x6F, 0x28, 0, 0, 1}, switch_{0x24, 0x6F, 0x28, 0, 0, 2};
  static constexpr std::string_view lamp_key = "the key of a lamp, 32 bytes of it",
                                    switch_key = "the key of a switch...";

  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    host_.emplace();
    serve();
  }

  void serve(const usmp::HubConfig& config = UsmpEcho::impatient) {
    server_.reset();
    host_->inside([&] { server_.emplace(config); });
    server_->know(lamp, bytes_of(lamp_key));
    server_->know(switch_, bytes_of(switch_key));
  }

  template <class Client>
  std::unique_ptr<Honest<Client>> honest(const usmp::DeviceId& device, typename Honest<Client>::Sift sift = {}) {
    const auto psk = device == lamp ? &lamp_psk_ : &switch_psk_;
    return host_->inside(
        [&] { return std::make_unique<Honest<Client>>(server_->endpoint(), device, *psk, std::move(sift)); });
  }
  std::unique_ptr<Strangers> strangers() {
    return host_->inside([&] { return std::make_unique<Strangers>(server_->endpoint()); });
  }
  Caller caller(const Endpoint& from, Caller::Buffers buffers = {0, 0}) {
    return host_->inside([&] { return Caller(server_->endpoint(), buffers, from); });
  }

  // Lets the server and all of these take turns until that is so. False: it never was.
  template <class Is, class... Others> bool until(Is is, Others&... others) {
    const Instant give_up = linux_port::now().tick + Duration{90'000'000};
    while (!is()) {
      if (linux_port::now().tick > give_up) return false;
      host_->inside([&] {
        // It reads a few datagrams a turn; so many turns are enough for what an attack sends at once.
        for (int turns = 0; turns < 8 && server_->sockets.wait({turns == 0 ? 1000 : 0}); ++turns) server_->turn();
        (others.turn(), ...);
      });
    }
    return true;
  }

  // Two devices connect while it is attacked, one over UDP and one over TCP, and what they say comes back. Then nothing
  // of the attack is left; and a second one takes nothing of the system that the first did not.
  void withstand(const std::function<std::unique_ptr<Attack>()>& begin) {
    std::array<Usage, 2> after;
    for (Usage& usage : after) {
      auto attack = begin();
      serve_two_devices_under(*attack);
      attack.reset();
      ASSERT_TRUE(until(
          [&] { return server_->hub.handshakes() + server_->hub.sessions() + server_->sockets.tcp()->open() == 0; }));
      usage = Usage::now();
    }
    EXPECT_EQ(after[1].descriptors, after[0].descriptors);
    EXPECT_EQ(server_->allocations, 0u);
    std::printf("  memory: %td KB after the first time, %td KB after the second\n", after[0].resident_kb,
                after[1].resident_kb);
#ifndef __SANITIZE_ADDRESS__  // which gives no memory back
    EXPECT_LT(after[1].resident_kb - after[0].resident_kb, 2048);
#endif
  }

  // How often it was refused under this name, of which the owner was told as well.
  std::uint32_t refused(Reason reason) {
    EXPECT_GT(server_->told[static_cast<std::size_t>(reason)], 0u);
    return server_->count(reason);
  }

  std::optional<Namespace> host_;
  std::optional<UsmpEcho> server_;

 private:
  void serve_two_devices_under(Attack& attack) {
    const auto over_udp = honest<usmp::DatagramClient>(lamp);
    const auto over_tcp = honest<usmp::StreamClient>(switch_);
    const Instant start = linux_port::now().tick;
    const auto served = [&](auto& device, const char* transport) {
      device.greet();
      if (device.served || device.heard.empty()) return false;
      device.served = true;
      std::printf("  served over %s after %.0f ms and %zu attempts\n", transport,
                  static_cast<double>((linux_port::now().tick - start).us) / 1e3, device.attempts_failed + 1);
      return true;
    };
    std::size_t count = 0;
    ASSERT_TRUE(until(
        [&] {
          host_->inside([&] { attack.step(); });
          count += served(*over_udp, "UDP") + served(*over_tcp, "TCP");
          return count == 2 && attack.enough();
        },
        *over_udp, *over_tcp));
    over_udp->client.close(linux_port::now());
    over_tcp->client.close(linux_port::now());
    ASSERT_TRUE(until([&] { return !over_udp->connected && !over_tcp->connected; }, *over_udp, *over_tcp));
  }

  const usmp::Psk lamp_psk_ = *usmp::Psk::of(bytes_of(lamp_key)), switch_psk_ = *usmp::Psk::of(bytes_of(switch_key));
};

}  // namespace tacit::net
