#include <memory>
#include <optional>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/port/linux/stream_driver.hpp"
#include "tacit/usmp/client.hpp"
#include "tests/interop/usmp_station.hpp"

namespace tacit::interop {
namespace {

using namespace usmp;

// A client that connects when it is told to, and does what it is told.
class Caller {
 public:
  explicit Caller(const StationOptions& options) : options_(options) {}

  void run() { options_.datagrams ? run_over_datagrams() : run_over_a_stream(); }

 private:
  void run_over_datagrams() {
    const Path server{.peer = loopback(options_.port)};
    DatagramClient client(config(), options_.psk, server, memory_->tables(), random_);
    linux_port::ServerSockets sockets({.tcp = false});
    linux_port::HubDriver<DatagramClient> driver(io_.get_executor(), client, sockets, told());
    run(client, driver);
  }

  void run_over_a_stream() {
    StreamClient client(config(), options_.psk, memory_->tables(), random_);
    linux_port::TcpClient tcp({.servers = {loopback(options_.port)}});
    linux_port::StreamDriver<StreamClient> driver(io_.get_executor(), client, tcp, told());
    run(client, driver);
  }

  void run(Client& client, auto& driver) {
    obey_orders(io_, [&](const Order& order) {
      obey(client, order);
      driver.flush();
    });
  }

  // The driver of the test says when to connect again.
  ClientConfig config() const { return {.device = options_.device, .wires = only(options_.wire), .reconnect = false}; }

  void obey(Client& client, const Order& order) {
    const Now now = linux_port::now();
    if (order.verb == "connect") {
      client.connect(now);
    } else if (order.verb == "send") {
      if (const auto sent = client.send(order.message, now); !sent) say("failed " + name_of(sent.error()));
    } else if (order.verb == "ping") {
      if (const auto done = client.ping(now); !done) say("failed " + name_of(done.error()));
    } else if (order.verb == "rekey") {
      const auto done = client.rekey(now);
      say(done ? "rekeyed" : "failed " + name_of(done.error()));
    } else if (order.verb == "bye") {
      client.close(now);
    }
  }

  std::function<void(const ClientEvent&)> told() {
    return [this](const ClientEvent& event) { std::visit([this](const auto& e) { on(e); }, event); };
  }
  void on(const Trying&) {}
  void on(const Connected&) { say("connected"); }
  void on(const Weak&) { say("weak"); }
  void on(const Disconnected& ended) {
    if (ended.stage != Stage::connected) say("refused " + name_of(ended.reason));
    else say(ended.reason == Reason::closed ? "left" : "closed " + name_of(ended.reason));
  }
  void on(const Message& message) { say_message(message.message); }
  void on(const Outcome& outcome) { say(outcome.reason ? "failed " + name_of(*outcome.reason) : "delivered"); }
  void on(const Answered&) { say("pinged"); }
  void on(const Dropped& dropped) { say("dropped " + name_of(dropped.reason)); }

  using Memory = ClientMemory<ClientSizes{.messages = 4, .message_bytes = message_size_max}>;

  const StationOptions& options_;
  asio::io_context io_;
  crypto::HostRandom random_;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
};

}  // namespace

void connect(const StationOptions& options) { Caller(options).run(); }

}  // namespace tacit::interop
