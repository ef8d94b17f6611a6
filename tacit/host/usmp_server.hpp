#pragma once
#include <array>
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "tacit/host/device_service.hpp"
#include "tacit/host/reason_error.hpp"
#include "tacit/host/service_announcement.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/usmp/discovery.hpp"
#include "tacit/usmp/hub_config.hpp"

namespace tacit::host {

// A USMP server for a program on Linux, with Asio's conventions: UDP and TCP at one port, its devices' keys from a
// registry. Each shard is a thread with a hub and sockets of its own; everything here belongs to the one executor, of
// one thread or a strand, and completion handlers are posted there.
//
//   asio::io_context io;
//   auto server = UsmpServer::open(io.get_executor(), "devices.db", {});
//   (*server)->async_receive([&](std::error_code error, UsmpServer::Message message) {
//     (*server)->async_send(message.session, bytes_of("thanks"), …);
//   });
//   io.run();
//
// What is changed in the registry reaches sessions that live within a second: a session ends when its key is not right
// any more, when its device was revoked or removed, and when it speaks version 1 and its device may not any more. When
// a device was seen and where is written there from time to time.
class UsmpServer {
 public:
  struct Options {
    Endpoint at{.ip = {}, .port = usmp::default_port};  // no ip: all addresses; port 0: the kernel chooses
    bool udp = true, tcp = true;                        // one of them at least
    std::size_t shards = 1;
    usmp::HubConfig hub{};                  // but `wire1`, which the registry knows, and `shard`
    usmp::HubSizes sizes = server_sizes;    // of each shard
    std::size_t messages_waiting = 1024;    // see async_receive()
    std::string name{};                     // for those who look for servers: UTF-8
    bool discoverable = false;              // UDP queries on the LAN are answered
    bool announce = false;                  // by multicast DNS, through Avahi
    std::vector<std::string> interfaces{};  // for these two, by name; none: all
  };

  // Names one session for ever; one that has ended is found by none.
  struct SessionName {
    std::uint32_t shard = 0;
    usmp::SessionRef session;
    friend bool operator==(const SessionName&, const SessionName&) = default;
    friend bool operator<(const SessionName& a, const SessionName& b) {
      return std::tuple(a.shard, a.session.slot, a.session.generation) <
             std::tuple(b.shard, b.session.slot, b.session.generation);
    }
  };
  struct Session {
    SessionName name;
    DeviceId device{};
    usmp::Wire wire{};
    usmp::Transport transport{};
    KeyVersion key{};
    Endpoint address;
    std::time_t since = 0;
    std::uint64_t messages_in = 0, messages_out = 0;
  };

  struct Message {
    SessionName session;
    DeviceId device{};
    std::vector<std::uint8_t> payload;  // may be empty

    std::string_view text() const { return text_of(payload); }
  };
  struct Pong {
    SessionName session;
    Endpoint address;
    Duration after{};
  };

  struct Statistics {
    std::array<std::uint64_t, reason_count> reasons{};  // what was refused
    std::size_t sessions = 0, weak_sessions = 0, handshakes = 0;
    std::uint64_t connected = 0, messages_in = 0, messages_out = 0;
    std::uint64_t handed_over = 0, lost_between_shards = 0;  // datagrams
  };

  // What happens besides messages.
  struct Connected {
    Session session;
  };
  struct Weak {  // after Connected: its wire is version 1, and its Reason is weak_wire
    Session session;
  };
  struct Disconnected {
    Session session;
    Reason reason{};
  };
  struct Moved {
    Session session;
    Endpoint from;
  };
  using Dropped = usmp::DeviceDropped;
  using Announcement = ServiceAnnouncement::Status;
  // A Problem: the registry cannot be read or written; a handshake that needed it was refused.
  using Event = std::variant<Connected, Weak, Disconnected, Moved, Dropped, Announcement, Problem>;

  // Gives what ServedDevices::open() gives. Throws std::system_error where it cannot listen, which it cannot either
  // where another server has the port, and where it is to be discoverable and cannot hear queries.
  static Attempt<std::unique_ptr<UsmpServer>> open(const asio::any_io_executor&, const std::string& registry,
                                                   const Options&);
  UsmpServer(const UsmpServer&) = delete;
  UsmpServer& operator=(const UsmpServer&) = delete;
  ~UsmpServer();  // close()

  asio::any_io_executor get_executor() const;
  std::uint16_t port() const;

  // void(std::error_code, Message). While `messages_waiting` wait for somebody to receive them nothing is taken from
  // the network: so nothing that was acknowledged is lost, and a server has to receive.
  template <class Token> auto async_receive(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Message)>(
        [this](auto handler) { start_receive({std::move(handler), get_executor()}); }, token);
  }

  // void(std::error_code). Of the message, at most 1808 bytes, nothing is needed any more when this returns. No error:
  // the device has acknowledged it (UDP), or it was handed to the connection (TCP). Otherwise unknown_peer, too_large,
  // queue_full, or why it was given up. To a device: to that session of it which is the newest.
  template <class Token> auto async_send(const SessionName& to, Bytes message, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler, const SessionName& whom, Bytes what) {
          start_send(whom, what, {std::move(handler), get_executor()});
        },
        token, to, message);
  }
  template <class Token> auto async_send(const DeviceId& to, Bytes message, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler, const DeviceId& whom, Bytes what) {
          start_send(newest_of(whom), what, {std::move(handler), get_executor()});
        },
        token, to, message);
  }

  // void(std::error_code, Pong). The error is unknown_peer, or how the session ended meanwhile.
  template <class Token> auto async_ping(const DeviceId& device, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Pong)>(
        [this](auto handler, const DeviceId& whom) {
          start_ping(newest_of(whom), {std::move(handler), get_executor()});
        },
        token, device);
  }

  // void(std::error_code, Statistics)
  template <class Token> auto async_statistics(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Statistics)>(
        [this](auto handler) { start_statistics({std::move(handler), get_executor()}); }, token);
  }

  // Called as it happens, so it must not destroy the server.
  void observe(std::function<void(const Event&)>);
  std::vector<Session> sessions() const;  // the oldest first
  const Session* find(const SessionName&) const;

  void close(const SessionName&);  // with BYE; Disconnected follows
  // BYE to all, and then at once: whatever waits ends as operation_aborted. Waits until the threads have ended, some
  // milliseconds.
  void close();

 private:
  struct State;
  explicit UsmpServer(std::shared_ptr<State>);

  std::optional<SessionName> newest_of(const DeviceId&) const;  // nothing: it has none
  void start_receive(Completion<std::error_code, Message>);
  void start_send(const std::optional<SessionName>&, Bytes, Completion<std::error_code>);
  void start_ping(const std::optional<SessionName>&, Completion<std::error_code, Pong>);
  void start_statistics(Completion<std::error_code, Statistics>);

  std::shared_ptr<State> state_;
};

}  // namespace tacit::host
