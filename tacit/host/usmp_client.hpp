#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "tacit/base/endpoint.hpp"
#include "tacit/host/completion.hpp"
#include "tacit/host/device.hpp"
#include "tacit/host/reason_error.hpp"
#include "tacit/usmp/client.hpp"

namespace tacit::host {

// A USMP device as a program on Linux, with Asio's conventions: the executor comes first, the completion token last,
// and what waits can be cancelled. Machine and Asio are compiled in usmp_client.cpp, once.
//
//   asio::io_context io;
//   UsmpClient client(io.get_executor(), usmp_key(key_file->key), {.servers = servers});
//   client.async_connect([&](std::error_code error, UsmpClient::Connection) { client.async_send(bytes, …); });
//   io.run();
//
// One thread at a time, or one strand; completion handlers are posted, never called from inside a function of this.
// Between the calls it works by itself: acknowledges, repeats, says that it is here, connects again. So until close()
// it keeps io.run() from returning.
class UsmpClient {
 public:
  struct Options {
    // Addresses of one server, one at least: a stream tries them in turn, datagrams go to the first.
    std::vector<Endpoint> servers;
    usmp::Transport transport = usmp::Transport::stream;
    usmp::ClientConfig config{};          // but its device, which is the key's
    std::size_t messages = 64;            // that wait or are on their way; a further one is queue_full
    std::size_t messages_waiting = 1024;  // see async_receive()
  };

  struct Connection {
    usmp::Wire wire{};  // version 1 is weak, which an event says too
    usmp::SessionId session{};
  };
  using Message = std::vector<std::uint8_t>;  // may be empty

  // Throws std::system_error where no socket can be opened.
  UsmpClient(const asio::any_io_executor&, const UsmpKey&, const Options&);
  UsmpClient(const UsmpClient&) = delete;
  UsmpClient& operator=(const UsmpClient&) = delete;
  ~UsmpClient();

  asio::any_io_executor get_executor() const;

  // void(std::error_code, Connection). The error is why the attempt failed, such as connection_lost or
  // handshake_timeout; where the client is to connect again, it goes on until there is a session. How far it came is
  // told by the event Disconnected.
  template <class Token> auto async_connect(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Connection)>(
        [this](auto handler) { start_connect({std::move(handler), get_executor()}); }, token);
  }

  // void(std::error_code). Of the message, at most 1808 bytes, nothing is needed any more when this returns. No error:
  // over datagrams the server has acknowledged it, over a stream it was handed to the connection. Otherwise
  // not_connected, too_large, queue_full, or why it was given up. Cancelling does not call back what has left.
  template <class Token> auto async_send(Bytes message, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler, Bytes what) { start_send(what, {std::move(handler), get_executor()}); }, token, message);
  }

  // void(std::error_code, Message). While `messages_waiting` wait for somebody to receive them nothing is taken from
  // the network, acknowledgements neither: so nothing that was acknowledged is lost, and who sends has to receive.
  template <class Token> auto async_receive(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Message)>(
        [this](auto handler) { start_receive({std::move(handler), get_executor()}); }, token);
  }

  // void(std::error_code, Duration): the round trip. The error is not_connected, or how the session ended.
  template <class Token> auto async_ping(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Duration)>(
        [this](auto handler) { start_ping({std::move(handler), get_executor()}); }, token);
  }

  // void(std::error_code). Says BYE, and completes without an error when the session is over, whether that was heard or
  // not; at once where there is none. Nothing is attempted any more.
  template <class Token> auto async_leave(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler) { start_leave({std::move(handler), get_executor()}); }, token);
  }

  // All that happens but messages; called as it happens, so it must not destroy the client. What the event points to
  // lives as long as the call.
  using Event = usmp::ClientEvent;
  void observe(std::function<void(const Event&)>);

  bool is_connected() const;
  // What the operating system said when there was no stream, or when the last one broke.
  std::error_code stream_error() const;
  const Counters& counters() const;

  // At once, without a word; whatever waits ends as operation_aborted.
  void close();

 private:
  struct State;

  void start_connect(Completion<std::error_code, Connection>);
  void start_send(Bytes, Completion<std::error_code>);
  void start_receive(Completion<std::error_code, Message>);
  void start_ping(Completion<std::error_code, Duration>);
  void start_leave(Completion<std::error_code>);

  std::shared_ptr<State> state_;
};

}  // namespace tacit::host
