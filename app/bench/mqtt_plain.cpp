#include <mosquitto.h>

#include "app/bench/mqtt_ends.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"

namespace tacit::app::bench {
namespace {

class Plain final : public MqttEnd {
 public:
  Plain(const BrokerAt& at, std::string hears, std::string speaks)
      : hears_(std::move(hears)), speaks_(std::move(speaks)), client_(make()) {
    if (!client_) throw NotReached("libmosquitto gives no client");
    mosquitto_int_option(client_.get(), MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_max_inflight_messages_set(client_.get(), window);
    mosquitto_message_callback_set(client_.get(), [](mosquitto*, void* self, const mosquitto_message* message) {
      static_cast<Plain*>(self)->on_message(
          {static_cast<const std::uint8_t*>(message->payload), static_cast<std::size_t>(message->payloadlen)});
    });
    mosquitto_publish_callback_set(client_.get(),
                                   [](mosquitto*, void* self, int) { --static_cast<Plain*>(self)->under_way_; });
    mosquitto_connect_callback_set(client_.get(), [](mosquitto* client, void* self, int) {
      mosquitto_subscribe(client, nullptr, static_cast<Plain*>(self)->hears_.c_str(), 1);
    });
    mosquitto_subscribe_callback_set(
        client_.get(), [](mosquitto*, void* self, int, int, const int*) { static_cast<Plain*>(self)->ready_ = true; });
    const Stopwatch watch;
    if (mosquitto_connect(client_.get(), at.host.c_str(), at.port, 60) == MOSQ_ERR_SUCCESS)
      while (!ready_ && watch.wall() < 10) turn(10);
    if (!ready_) throw NotReached("the broker did not take a plain MQTT client");
  }

  bool publish(Bytes message, int qos) override {
    if (under_way_ >= window) return false;
    ++under_way_;  // before: what leaves at once is told from inside of this call
    const bool taken = mosquitto_publish(client_.get(), nullptr, speaks_.c_str(), static_cast<int>(message.size()),
                                         message.data(), qos, false) == MOSQ_ERR_SUCCESS;
    if (!taken) --under_way_;
    return taken;
  }
  void turn(int milliseconds) override { mosquitto_loop(client_.get(), milliseconds, 1); }
  std::size_t under_way() const override { return under_way_; }

 private:
  mosquitto* make() {
    static const int once = mosquitto_lib_init();
    (void)once;
    return mosquitto_new(nullptr, true, this);
  }

  static constexpr std::size_t window = 20;
  struct Free {
    void operator()(mosquitto* client) const { mosquitto_destroy(client); }
  };

  const std::string hears_, speaks_;
  std::unique_ptr<mosquitto, Free> client_;
  std::size_t under_way_ = 0;
  bool ready_ = false;
};

}  // namespace

MqttPair plain_pair(const BrokerAt& at) {
  crypto::HostRandom random;
  const std::string base = "tacit-bench/" + std::to_string(random.value<std::uint64_t>());
  return {std::make_unique<Plain>(at, base + "/one", base + "/other"),
          std::make_unique<Plain>(at, base + "/other", base + "/one")};
}

}  // namespace tacit::app::bench
