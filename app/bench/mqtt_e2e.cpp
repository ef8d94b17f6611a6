#include <asio/io_context.hpp>
#include "app/bench/mqtt_ends.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/e2e.hpp"

namespace tacit::app::bench {
namespace {

class Sealed final : public MqttEnd {
 public:
  Sealed(const BrokerAt& at, const e2e::Key& key, std::string hears, std::string speaks) : speaks_(std::move(speaks)) {
    host::E2e::Options options{.broker = {.host = at.host, .port = at.port, .reconnect = false}};
    options.hear = {std::move(hears)};
    options.speak = {speaks_};
    options.sizes.seen = 262'144;  // all that a run of some seconds brings: what is remembered lasts for a minute
    auto opened = host::E2e::open(io_.get_executor(), key, std::move(options));
    if (!opened) throw NotReached(opened.error().what);
    client_ = *std::move(opened);
    std::optional<std::error_code> connected;
    client_->async_connect([&](std::error_code error) { connected = error; });
    const Stopwatch watch;
    while (!connected && watch.wall() < 10) turn(10);
    if (!connected || *connected)
      throw NotReached("the broker did not take an mqtt-e2e client" + (connected ? ": " + connected->message() : ""),
                       "`--host` and `--port` name another one.");
    receive();
  }

  bool publish(Bytes message, int qos) override {
    if (under_way_ >= waiting_max) return false;
    ++under_way_;
    client_->async_publish({.topic = speaks_, .message = message, .qos = static_cast<e2e::Qos>(qos)},
                           [this](std::error_code) { --under_way_; });
    return true;
  }
  void turn(int milliseconds) override {
    io_.restart();
    if (io_.poll() == 0 && milliseconds > 0) io_.run_one_for(std::chrono::milliseconds(milliseconds));
  }
  std::size_t under_way() const override { return under_way_; }

 private:
  static constexpr std::size_t waiting_max = 256;

  void receive() {
    client_->async_receive([this](std::error_code error, const host::E2e::Message& message) {
      if (error) return;
      on_message(message.payload);
      receive();
    });
  }

  const std::string speaks_;
  asio::io_context io_;
  std::unique_ptr<host::E2e> client_;
  std::size_t under_way_ = 0;
};

}  // namespace

MqttPair e2e_pair(const BrokerAt& at) {
  crypto::HostRandom random;
  e2e::Key key;
  random.fill(key.fill());
  return {std::make_unique<Sealed>(at, key, "one", "other"), std::make_unique<Sealed>(at, key, "other", "one")};
}

}  // namespace tacit::app::bench
