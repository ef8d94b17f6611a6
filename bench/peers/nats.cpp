// NATS over TLS, through its server, with its own C client. Its core promises no delivery, so the sender is ahead by a
// window at most.
#include <nats/nats.h>

#include "bench/peers/peer.hpp"

namespace tacit::bench::peers {
namespace {

constexpr std::uint64_t window = 16'384;
constexpr const char *there = "bench.there", *back = "bench.back";

void must(natsStatus status) {
  if (status != NATS_OK) fail(std::string("NATS: ") + natsStatus_GetText(status));
}

natsConnection* connect(const Task& task) {
  natsOptions* options = nullptr;
  natsConnection* connection = nullptr;
  must(natsOptions_Create(&options));
  must(natsOptions_SetURL(options, ("nats://127.0.0.1:" + std::to_string(task.port)).c_str()));
  must(natsOptions_SetSecure(options, true));
  must(natsOptions_LoadCATrustedCertificates(options, (task.folder + "/certificate.pem").c_str()));
  must(natsOptions_SetExpectedHostname(options, "localhost"));
  must(natsOptions_SetSendAsap(options, task.what == What::latency));
  must(natsConnection_Connect(&connection, options));
  return connection;
}

std::span<const std::uint8_t> bytes_of(natsMsg* message) {
  return {reinterpret_cast<const std::uint8_t*>(natsMsg_GetData(message)),
          static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

void receive(const Task& task, Receiver& receiver) {
  struct Both {
    Receiver& receiver;
    bool echo;
  } both{receiver, task.what == What::latency};
  natsConnection* connection = connect(task);
  natsSubscription* subscription = nullptr;
  const auto on_message = [](natsConnection* from, natsSubscription*, natsMsg* message, void* with) {
    const auto& [to, echo] = *static_cast<Both*>(with);
    to.take(bytes_of(message));
    if (echo) natsConnection_Publish(from, back, natsMsg_GetData(message), natsMsg_GetDataLength(message));
    natsMsg_Destroy(message);
  };
  must(natsConnection_Subscribe(&subscription, connection, there, on_message, &both));
  must(natsConnection_Flush(connection));  // the server knows of it
  receiver.ready();
  while (!receiver.over()) nats_Sleep(10);
}

void publish(natsConnection* connection, std::span<const std::uint8_t> message) {
  must(natsConnection_Publish(connection, there, message.data(), static_cast<int>(message.size())));
}

void send(const Task& task, Sender& sender) {
  natsConnection* connection = connect(task);
  if (task.what == What::latency) {
    natsSubscription* subscription = nullptr;
    must(natsConnection_SubscribeSync(&subscription, connection, back));
    sender.each_exchange([&](auto message) {
      natsMsg* answer = nullptr;
      publish(connection, message);
      must(natsSubscription_NextMsg(&answer, subscription, 1000));
      natsMsg_Destroy(answer);
    });
    return;
  }
  while (sender.goes_on())
    if (sender.full(window)) doze();
    else publish(connection, sender.next());
  must(natsConnection_Flush(connection));
  while (sender.waits_for_the_rest()) doze();
}

}  // namespace
}  // namespace tacit::bench::peers

int main(int argc, char** argv) {
  using namespace tacit::bench::peers;
  return run(argc, argv, receive, send);
}
