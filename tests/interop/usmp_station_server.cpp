#include <memory>
#include <optional>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/usmp/hub.hpp"
#include "tests/interop/usmp_station.hpp"

namespace tacit::interop {
namespace {

using namespace usmp;

// A server that knows one device, sends every message back, and does what it is told to the newest session.
class Server {
 public:
  explicit Server(const StationOptions& options)
      : options_(options),
        sockets_({.at = loopback(options.port), .udp = options.datagrams, .tcp = !options.datagrams}),
        hub_({.wire1 = options.wire == Wire::v1}, memory_->tables(), random_),
        driver_(io_.get_executor(), hub_, sockets_,
                [this](const HubEvent& event) { std::visit([this](const auto& e) { on(e); }, event); }) {}

  void run() {
    say("ready");
    obey_orders(io_, [this](const Order& order) {
      obey(order);
      driver_.flush();
    });
  }

 private:
  void obey(const Order& order) {
    if (order.verb == "send") {
      if (const auto handle = hub_.send(session_, order.message, now())) ordered_ = *handle;
      else say("failed " + name_of(handle.error()));
    } else if (order.verb == "ping") {
      if (!hub_.ping(session_, now())) say("failed");
    } else if (order.verb == "rekey") {
      say(hub_.rekey(session_, now()) ? "rekeyed" : "failed");
    } else if (order.verb == "bye") {
      leaving_ = hub_.close(session_, now()).has_value();
    }
  }

  void on(const KeyWanted& wanted) {
    const OfferedKey key{options_.psk.reveal(), KeyTag{}};
    const bool known = wanted.device == options_.device;
    (void)hub_.provide(wanted.request, {&key, known ? 1u : 0u}, options_.wire == Wire::v1, now());
  }
  void on(const DeviceConnected& connected) {
    session_ = connected.session;
    say("connected");
  }
  void on(const DeviceMessage& message) {
    say_message(message.message);
    if (const auto sent = hub_.send(message.session, message.message, now()); !sent)
      say("failed " + name_of(sent.error()));
  }
  void on(const DeviceOutcome& outcome) {
    if (outcome.handle != ordered_) return;
    ordered_.reset();
    say(outcome.reason ? "failed " + name_of(*outcome.reason) : "delivered");
  }
  void on(const DeviceDisconnected& ended) {
    if (std::exchange(leaving_, false)) say("left");
    else say("closed " + name_of(ended.reason));
  }
  void on(const DeviceAnswered&) { say("pinged"); }
  void on(const WeakWire&) { say("weak"); }
  void on(const DeviceMoving&) {}
  void on(const DeviceMoved&) { say("moved"); }
  void on(const DeviceDropped& dropped) { say("dropped " + name_of(dropped.reason)); }

  static Now now() { return linux_port::now(); }

  using Memory = HubMemory<HubSizes{.sessions = 16, .handshakes = 8, .connections = 16, .messages = 16, .origins = 32}>;

  const StationOptions& options_;
  asio::io_context io_;
  linux_port::ServerSockets sockets_;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  crypto::HostRandom random_;
  Hub hub_;
  linux_port::HubDriver<Hub> driver_;

  SessionRef session_;
  std::optional<Handle> ordered_;
  bool leaving_ = false;
};

}  // namespace

void serve(const StationOptions& options) { Server(options).run(); }

}  // namespace tacit::interop
