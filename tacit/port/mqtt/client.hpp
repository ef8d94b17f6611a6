#pragma once
#include <asio/any_io_executor.hpp>

#include "tacit/crypto/crypto.hpp"
#include "tacit/port/mqtt/connection.hpp"

namespace tacit::mqtt_port {

// Connected, and all subscriptions are granted or refused: from now on one may publish.
struct Connected {
  bool session_present = false;               // the broker kept what came while we were away
  std::optional<std::uint32_t> packet_max{};  // bytes of an MQTT packet that the broker takes, where it says
};

// There is no connection, or none any more. What was published and has no Outcome has none: nobody knows.
struct Disconnected {
  std::optional<Failure> why;        // nothing: we said goodbye
  std::optional<Duration> again_in;  // nothing: that was the last attempt
};

// Names one publish() to its owner.
enum class Token : std::uint32_t {};

struct Outcome {
  Token token{};
  std::optional<Reason> reason;  // nothing: written (QoS 0), or the broker has it (QoS 1)
};

struct SubscriptionRefused {
  std::string_view filter;
  int code = 0;  // from 128: the broker's own
};

using Event = std::variant<Connected, Disconnected, Arrival, Outcome, SubscriptionRefused>;

// An MQTT client that keeps one connection to one broker: libmosquitto, on the event loop of its owner. There is no
// thread but the one in which Asio looks up names, because the system can only do that by waiting.
//
//   idle --connect()--> resolving --> connecting --> subscribing --> ready --> (lost) --> waiting --> resolving ...
//                                     TCP, TLS,      SUBACK for                           longer each time,
//                                     CONNACK        every filter                         a fifth at random
//
// The process ignores SIGPIPE from the first connection on; libmosquitto does that.
class Client {
 public:
  // Both are called on the executor, never inside of a function of this, until close(). `deliver` tells one event;
  // while it tells an Arrival, of the functions below only pause() may be called. `rest`: that was all for now, there
  // may be room() again.
  struct Handlers {
    std::function<void(const Event&)> deliver;
    std::function<void()> rest;
  };

  // Gives tls_setup, and invalid_argument with the option that is wrong.
  static std::variant<std::unique_ptr<Client>, Failure> make(const asio::any_io_executor&, Options, crypto::Random&,
                                                             Handlers);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // as close()

  void connect();
  // DISCONNECT, after what was published; at most three seconds. Then Disconnected, and that is all.
  void disconnect();
  // At once and without a word; nothing is called any more.
  void close();

  // Filters as MQTT has them; remembered, and asked for on every connection before it is Connected. They give
  // invalid_argument; subscribe() also queue_full, for more than 64.
  Result<Done> subscribe(const std::string& filter, Qos);
  Result<Done> unsubscribe(const std::string& filter);

  // How many messages it takes now: none unless Connected or while something is not written yet, and never more than
  // the window. So what waits, waits with the owner.
  std::size_t room() const;
  // Gives queue_full where there is no room, and what Connection::publish() gives. Of it nothing is needed any more
  // when this returns.
  Result<Done> publish(const Publication&, Token);

  // Nothing is read while paused, neither is a ping's answer: after two keepalives the connection is lost.
  void pause(bool);

  const Options& options() const;

 private:
  struct State;
  explicit Client(std::shared_ptr<State>);
  std::shared_ptr<State> state_;
};

}  // namespace tacit::mqtt_port
