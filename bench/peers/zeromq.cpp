// ZeroMQ with CURVE: PUSH to PULL one way, a PAIR there and back. Nothing is dropped: who is ahead by the high water
// mark waits.
#include <zmq.h>

#include <array>

#include "bench/peers/peer.hpp"

namespace tacit::bench::peers {
namespace {

// Keys that everybody may know, from zmq_curve(7).
constexpr const char* server_public = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
constexpr const char* server_secret = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

void* socket_of(int type) {
  void* socket = zmq_socket(zmq_ctx_new(), type);
  check(socket != nullptr, "ZeroMQ: no socket");
  return socket;
}

void set(void* socket, int option, const char* key) {
  check(zmq_setsockopt(socket, option, key, 40) == 0, "ZeroMQ: no CURVE in this library");
}

std::string endpoint(const Task& task) { return "tcp://127.0.0.1:" + std::to_string(task.port); }

void receive(const Task& task, Receiver& receiver) {
  const bool echo = task.what == What::latency;
  void* socket = socket_of(echo ? ZMQ_PAIR : ZMQ_PULL);
  const int yes = 1;
  zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
  set(socket, ZMQ_CURVE_SECRETKEY, server_secret);
  check(zmq_bind(socket, endpoint(task).c_str()) == 0, "ZeroMQ: cannot bind");
  receiver.ready();
  std::vector<std::uint8_t> message(task.size + 1);
  while (!receiver.over()) {
    const int size = zmq_recv(socket, message.data(), message.size(), 0);
    if (size < 0) continue;
    const auto bytes = std::span(message).first(std::min(message.size(), static_cast<std::size_t>(size)));
    receiver.take(bytes);
    if (echo) zmq_send(socket, bytes.data(), bytes.size(), 0);
  }
}

void send(const Task& task, Sender& sender) {
  const bool echo = task.what == What::latency;
  void* socket = socket_of(echo ? ZMQ_PAIR : ZMQ_PUSH);
  std::array<char, 41> public_key{}, secret_key{};
  check(zmq_curve_keypair(public_key.data(), secret_key.data()) == 0, "ZeroMQ: no CURVE in this library");
  set(socket, ZMQ_CURVE_SERVERKEY, server_public);
  set(socket, ZMQ_CURVE_PUBLICKEY, public_key.data());
  set(socket, ZMQ_CURVE_SECRETKEY, secret_key.data());
  check(zmq_connect(socket, endpoint(task).c_str()) == 0, "ZeroMQ: cannot connect");
  if (echo) {
    std::vector<std::uint8_t> answer(task.size);
    sender.each_exchange([&](auto message) {
      zmq_send(socket, message.data(), message.size(), 0);
      zmq_recv(socket, answer.data(), answer.size(), 0);
    });
    return;
  }
  while (sender.goes_on()) {
    const auto message = sender.next();
    zmq_send(socket, message.data(), message.size(), 0);
  }
  while (sender.waits_for_the_rest()) doze();
}

}  // namespace
}  // namespace tacit::bench::peers

int main(int argc, char** argv) {
  using namespace tacit::bench::peers;
  return run(argc, argv, receive, send);
}
