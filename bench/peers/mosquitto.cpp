// MQTT over TLS with a shared key, through mosquitto, with its own client library. With QoS 0 the broker drops what a
// subscriber does not take in time, so the sender is ahead by a window at most; with QoS 1 and 2 it is the windows'.
#include <mosquitto.h>

#include "bench/peers/peer.hpp"

namespace tacit::bench::peers {
namespace {

constexpr std::uint64_t window = 1024;
constexpr const char *there = "bench/there", *back = "bench/back";

void must(int error) {
  if (error != MOSQ_ERR_SUCCESS) fail(std::string("mosquitto: ") + mosquitto_strerror(error));
}

struct Client {
  Client(const Task& task, Receiver* to, const char* topic) : receiver(to), echo(task.what == What::latency) {
    mosquitto_lib_init();
    mosquitto = mosquitto_new(nullptr, true, this);
    must(mosquitto_int_option(mosquitto, MOSQ_OPT_TCP_NODELAY, 1));
    must(mosquitto_max_inflight_messages_set(mosquitto, window));
    must(mosquitto_tls_psk_set(mosquitto, "00112233445566778899aabbccddeeff", "bench", nullptr));
    mosquitto_connect_callback_set(mosquitto, [](auto*, void* self, int) { static_cast<Client*>(self)->up = true; });
    mosquitto_subscribe_callback_set(
        mosquitto, [](auto*, void* self, int, int, const int*) { static_cast<Client*>(self)->subscribed = true; });
    mosquitto_message_callback_set(mosquitto, [](auto*, void* self, const mosquitto_message* message) {
      static_cast<Client*>(self)->take(*message);
    });
    must(mosquitto_connect(mosquitto, "127.0.0.1", task.port, 60));
    while (!up) turn();
    qos = task.qos;
    if (topic) {
      must(mosquitto_subscribe(mosquitto, nullptr, topic, qos));
      while (!subscribed) turn();
    }
  }

  void take(const mosquitto_message& message) {
    const std::span bytes(static_cast<const std::uint8_t*>(message.payload),
                          static_cast<std::size_t>(message.payloadlen));
    arrived = true;
    if (!receiver) return;
    receiver->take(bytes);
    if (echo) publish(back, bytes);
  }
  void publish(const char* topic, std::span<const std::uint8_t> message) {
    must(mosquitto_publish(mosquitto, nullptr, topic, static_cast<int>(message.size()), message.data(), qos, false));
  }
  void turn() { must(mosquitto_loop(mosquitto, 10, 1)); }
  // What is there to read or to write, and no waiting.
  void glance() { must(mosquitto_loop(mosquitto, 0, 1)); }

  ::mosquitto* mosquitto = nullptr;
  Receiver* receiver;
  bool echo, up = false, subscribed = false, arrived = false;
  int qos = 0;
};

void receive(const Task& task, Receiver& receiver) {
  Client client(task, &receiver, there);
  receiver.ready();
  while (!receiver.over()) client.turn();
}

void send(const Task& task, Sender& sender) {
  const bool echo = task.what == What::latency;
  Client client(task, nullptr, echo ? back : nullptr);
  if (echo) {
    sender.each_exchange([&](auto message) {
      client.arrived = false;
      client.publish(there, message);
      while (!client.arrived) client.turn();
    });
    return;
  }
  for (std::uint64_t n = 0; sender.goes_on();) {
    if (sender.full(window)) {
      client.turn();
      if (task.qos == 0) doze();
      continue;
    }
    client.publish(there, sender.next());
    if (++n % 64 == 0) client.glance();
  }
  while (sender.waits_for_the_rest()) client.turn();
}

}  // namespace
}  // namespace tacit::bench::peers

int main(int argc, char** argv) {
  using namespace tacit::bench::peers;
  return run(argc, argv, receive, send);
}
