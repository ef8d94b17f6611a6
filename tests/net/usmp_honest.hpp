#pragma once
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/port/linux/stream_driver.hpp"
#include "tacit/usmp/client.hpp"

namespace tacit::net {

// How a client reaches its server, over either transport; in the network of whoever makes it.
template <class Client> struct HonestPort;

template <> struct HonestPort<usmp::DatagramClient> {
  using Driver = linux_port::HubDriver<usmp::DatagramClient>;
  explicit HonestPort(const Endpoint&) : sockets({.tcp = false}) {}
  template <class Told> Driver drive(usmp::DatagramClient& client, Told told, Driver::Sift sift) {
    return Driver(client, sockets, std::move(told), std::move(sift));
  }
  linux_port::ServerSockets sockets;
};
template <> struct HonestPort<usmp::StreamClient> {
  using Driver = linux_port::StreamDriver<usmp::StreamClient>;
  explicit HonestPort(const Endpoint& server) : sockets({.servers = {server}}) {}
  template <class Told, class Sift> Driver drive(usmp::StreamClient& client, Told told, const Sift&) {
    return Driver(client, sockets, std::move(told));
  }
  linux_port::TcpClient sockets;
};

// A device that does as it should, at 127.0.0.1: it connects, again and again if that is what it takes, and counts what
// it hears. It has turns when it is given some.
template <class Client> class Honest {
 public:
  static constexpr bool datagrams = std::is_same_v<Client, usmp::DatagramClient>;
  using Sift = std::function<std::span<Datagram>(std::span<Datagram>)>;

  // `sift`: what of its datagrams reaches it.
  Honest(const Endpoint& server, const usmp::DeviceId& device, const usmp::Psk& psk, Sift sift = {})
      : port_(server), client(make(server, device, psk)),
        driver_(port_.drive(client, [this](const usmp::ClientEvent& event) { on(event); }, std::move(sift))) {
    client.connect(linux_port::now());
    driver_.flush();
  }

  int fd() const { return port_.sockets.fd(); }  // readable when a turn is due
  void turn() { driver_.turn(); }
  void flush() { driver_.flush(); }
  // Says hello, once in each session that it has.
  void greet() {
    if (connected && greeted_ != connections && say("hello")) greeted_ = connections;
  }
  bool say(std::string_view text) {
    const bool taken = client.send(bytes_of(text), linux_port::now()).has_value();
    driver_.flush();
    return taken;
  }

  bool connected = false, served = false;  // served: a note of the test's
  std::size_t connections = 0, attempts_failed = 0, sessions_ended = 0, delivered = 0;
  std::vector<std::string> heard;

 private:
  Client make(const Endpoint& server, const usmp::DeviceId& device, const usmp::Psk& psk) {
    const usmp::ClientConfig config{.device = device, .handshake_within = {1'500'000}, .server_takes_rekey = true};
    if constexpr (datagrams) return Client(config, psk, Path{.peer = server}, memory_->tables(), random_);
    else return Client(config, psk, memory_->tables(), random_);
  }
  void on(const usmp::ClientEvent& event) {
    if (std::holds_alternative<usmp::Connected>(event)) connected = true, ++connections;
    if (const auto* ended = std::get_if<usmp::Disconnected>(&event)) {
      ++(connected ? sessions_ended : attempts_failed);
      connected = false;
      if (ended->again_in) client.connect(linux_port::now());  // no patience
    }
    if (const auto* message = std::get_if<usmp::Message>(&event)) heard.emplace_back(text_of(message->message));
    if (const auto* outcome = std::get_if<usmp::Outcome>(&event)) delivered += !outcome->reason;
  }

  using Memory = usmp::ClientMemory<usmp::ClientSizes{.messages = 64, .message_bytes = usmp::message_size_max}>;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  crypto::HostRandom random_;
  HonestPort<Client> port_;
  std::size_t greeted_ = 0;

 public:
  Client client;

 private:
  typename HonestPort<Client>::Driver driver_;
};

}  // namespace tacit::net
