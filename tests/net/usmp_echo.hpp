#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/usmp/hub.hpp"
#include "tests/support/allocations.hpp"

namespace tacit::net {

// A USMP server at a port of its own, for UDP and TCP, that says every message back. It lives in the network of whoever
// makes it, and has turns when it is given some.
class UsmpEcho {
 public:
  static constexpr usmp::HubSizes sizes{.sessions = 64,
                                        .handshakes = 64,
                                        .connections = 160,
                                        .keys = 16,
                                        .messages = 64,
                                        .reassemblies = 8,
                                        .origins = 256,
                                        .records = 64,
                                        .events = 32,
                                        .answers = 32};
  static constexpr usmp::HubConfig impatient{.first_frame_within = {500'000}, .handshake_within = {2'000'000}};

  explicit UsmpEcho(const usmp::HubConfig& config = impatient, const linux_port::ServerConfig& at = with_places())
      : sockets(at), hub(config, memory_->tables(), random_),
        driver_(hub, sockets, [this](const usmp::HubEvent& event) { on(event); }) {}

  static linux_port::ServerConfig with_places() {
    return {.connections = sizes.connections, .tcp_kernel_buffers = 8192};
  }

  void know(const usmp::DeviceId& device, Bytes psk) { keys_[device] = {psk.begin(), psk.end()}; }

  void turn() {
    const std::size_t before = test::allocations();
    driver_.turn();
    allocations += test::allocations() - before;
  }
  // After verbs of the hub.
  void flush() { driver_.flush(); }

  Endpoint endpoint() const {
    std::error_code error;
    return linux_port::parse_endpoint("127.0.0.1", sockets.port(), error);
  }
  std::uint32_t count(Reason reason) const { return hub.counters()[reason]; }
  static Now now() { return linux_port::now(); }

  linux_port::ServerSockets sockets;

 private:
  void on(const usmp::HubEvent& event) {
    if (const auto* wanted = std::get_if<usmp::KeyWanted>(&event)) return provide(*wanted);
    if (const auto* connected = std::get_if<usmp::DeviceConnected>(&event)) newest = connected->session;
    if (const auto* dropped = std::get_if<usmp::DeviceDropped>(&event))
      ++told[static_cast<std::size_t>(dropped->reason)];
    if (const auto* message = std::get_if<usmp::DeviceMessage>(&event)) {
      ++messages;
      if (!hub.send(message->session, message->message, now())) ++unanswered;
    }
  }
  void provide(const usmp::KeyWanted& wanted) {
    const auto known = keys_.find(wanted.device);
    const usmp::OfferedKey key{known == keys_.end() ? Bytes() : Bytes(known->second)};
    (void)hub.provide(wanted.request, {&key, known == keys_.end() ? 0u : 1u}, true, now());
  }

  std::unique_ptr<usmp::HubMemory<sizes>> memory_ = std::make_unique<usmp::HubMemory<sizes>>();
  crypto::HostRandom random_;
  std::map<usmp::DeviceId, std::vector<std::uint8_t>> keys_;

 public:
  usmp::Hub hub;
  std::optional<usmp::SessionRef> newest;
  std::array<std::size_t, reason_count> told{};  // DeviceDropped, by its reason
  std::size_t messages = 0, unanswered = 0;
  std::size_t allocations = 0;  // in its turns

 private:
  linux_port::HubDriver<usmp::Hub> driver_;
};

}  // namespace tacit::net
