#pragma once
#include <memory>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/port/linux/stream_driver.hpp"
#include "tacit/usmp/client.hpp"

namespace tacit::app::bench {

// A device with its sockets, over either transport, for one thread. Throws std::system_error where there are none.
template <class Client> class UsmpDevice {
 public:
  static constexpr bool datagrams = std::is_same_v<Client, usmp::DatagramClient>;

  UsmpDevice(const Endpoint& server, const usmp::DeviceId& id, const usmp::Psk& psk)
      : sockets_(sockets_for(server)), client_(make(server, id, psk)),
        driver_(client_, sockets_, [this](const auto& event) {
          if (std::holds_alternative<usmp::Connected>(event)) connected = true;
          if (std::holds_alternative<usmp::Disconnected>(event)) connected = false;
          if (const auto* message = std::get_if<usmp::Message>(&event)) on_message(message->message);
        }) {
    client_.connect(linux_port::now());
    driver_.flush();
  }
  UsmpDevice(const UsmpDevice&) = delete;
  UsmpDevice& operator=(const UsmpDevice&) = delete;

  int fd() const { return sockets_.fd(); }  // readable when a turn is due
  bool wait(Duration at_most) { return sockets_.wait(at_most); }
  void turn() { driver_.turn(); }
  void flush() { driver_.flush(); }
  bool send(Bytes message, const Now& now) { return client_.send(message, now).has_value(); }

  bool connected = false;
  std::function<void(Bytes)> on_message = [](Bytes) {};

 private:
  using Sockets = std::conditional_t<datagrams, linux_port::ServerSockets, linux_port::TcpClient>;
  using Driver = std::conditional_t<datagrams, linux_port::HubDriver<usmp::DatagramClient>,
                                    linux_port::StreamDriver<usmp::StreamClient>>;
  using Memory = usmp::ClientMemory<usmp::ClientSizes{.messages = 64, .message_bytes = usmp::message_size_max}>;

  static Sockets sockets_for(const Endpoint& server) {
    if constexpr (datagrams) return Sockets({.tcp = false});
    else return Sockets({.servers = {server}});
  }
  Client make(const Endpoint& server, const usmp::DeviceId& id, const usmp::Psk& psk) {
    const usmp::ClientConfig config{.device = id, .server_takes_rekey = true};
    if constexpr (datagrams) return Client(config, psk, Path{.peer = server}, memory_->tables(), random_);
    else return Client(config, psk, memory_->tables(), random_);
  }

  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  crypto::HostRandom random_;
  Sockets sockets_;
  Client client_;
  Driver driver_;
};

}  // namespace tacit::app::bench
