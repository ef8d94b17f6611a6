#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tacit/e2e/link.hpp"
#include "tacit/host/completion.hpp"
#include "tacit/host/e2e_memory.hpp"
#include "tacit/host/problem.hpp"
#include "tacit/host/reason_error.hpp"
#include "tacit/port/linux/clock.hpp"
#include "tacit/port/mqtt/client.hpp"

namespace tacit::host {

// What one program says and hears over an MQTT broker that it trusts with nothing, with Asio's conventions: the
// executor comes first, the completion token last, and what waits can be cancelled. libmosquitto and Asio are compiled
// once.
//
//   asio::io_context io;
//   auto opened = E2e::open(io.get_executor(), key, {.broker = {.host = "broker.example"},
//                                                    .hear = {"iot/#"}, .speak = {"controller"}});
//   (*opened)->async_receive([](std::error_code error, E2e::Message message) { … });
//   (*opened)->async_connect(…);
//   io.run();
//
// One thread at a time, or one strand; completion handlers are posted, never called from inside a function of this.
// Once connect is asked for it works by itself: pings, connects again, subscribes again, seals what waited. So from
// then on until close() it keeps io.run() from returning.
class E2e {
 public:
  struct Options {
    mqtt_port::Options broker{};  // but its packet_max, which is the link's and room for the topic
    e2e::LinkConfig link{};
    std::vector<std::string> hear{}, speak{};  // filters below the key's base
    mqtt_port::Qos hear_qos = mqtt_port::Qos::at_least_once;
    e2e::Sizes sizes = e2e_sizes;
    std::size_t messages_waiting = 1024;           // see async_receive()
    std::function<Now()> clock = linux_port::now;  // for who tests with another wall clock
  };

  using Publication = e2e::Publication;

  // e2e::Message, kept.
  struct Message {
    std::string topic;                  // without the base
    std::vector<std::uint8_t> payload;  // may be empty
    e2e::PacketTime sent_at;            // by the sender's clock
    bool retained = false;

    std::string_view text() const { return text_of(payload); }
  };

  struct Topic {
    std::string name;  // without the base
    e2e::TopicCounts counts;
  };

  // Gives a Problem of files for TLS (cannot_read), of a filter (bad_syntax) or of another option (out_of_range).
  // Nothing is tried before async_connect().
  static Attempt<std::unique_ptr<E2e>> open(const asio::any_io_executor&, const e2e::Key&, Options);
  E2e(const E2e&) = delete;
  E2e& operator=(const E2e&) = delete;
  ~E2e();

  asio::any_io_executor get_executor() const;
  std::string_view base() const;

  // void(std::error_code). No error: the broker has taken us, and has answered for every subscription (refused ones are
  // told by an event). Otherwise why it came to nothing, a Reason of mqtt_port::Failure; where it is to connect again
  // (mqtt_port::Options::reconnect) it goes on until it is connected, and the attempts are told by events.
  template <class Token> auto async_connect(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler) { start_connect({std::move(handler), get_executor()}); }, token);
  }

  // void(std::error_code). Of the publication nothing is needed any more when this returns. It may be asked for at any
  // time: it waits for a connection as long as it lives, and is sealed when it leaves. No error: written to the
  // connection (QoS 0), or the broker has it (QoS 1); whether a peer has it nobody knows. Otherwise what
  // Link::publish() gives or an e2e::Outcome says, such as expired. Cancelling does not call back what has left.
  template <class Token> auto async_publish(const Publication& what, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler, const Publication& publication) {
          start_publish(publication, {std::move(handler), get_executor()});
        },
        token, what);
  }

  // void(std::error_code, Message). While `messages_waiting` wait for somebody to receive them nothing is read from the
  // broker, its pings neither: who hears has to receive, or loses the connection after two keepalives.
  template <class Token> auto async_receive(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Message)>(
        [this](auto handler) { start_receive({std::move(handler), get_executor()}); }, token);
  }

  // void(std::error_code). Says DISCONNECT after all that was written, and completes without an error when the
  // connection is over; at once where there is none. What still waits ends as closed. Nothing is attempted any more.
  template <class Token> auto async_leave(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler) { start_leave({std::move(handler), get_executor()}); }, token);
  }

  // Filters below the base, at any time. As Link::hear() and speak().
  Result<Done> hear(std::string_view filter);
  Result<Done> unhear(std::string_view filter);
  Result<Done> speak(std::string_view filter);

  // All that happens but messages and outcomes; called as it happens, so it must not destroy this. What the event
  // points to lives as long as the call. A SubscriptionRefused has the full filter.
  using Event = std::variant<mqtt_port::Connected, mqtt_port::Disconnected, mqtt_port::SubscriptionRefused,
                             e2e::Dropped, e2e::LengthShows, e2e::ClockStepped>;
  void observe(std::function<void(const Event&)>);

  bool is_connected() const;
  std::size_t waiting() const;        // publications without an outcome
  const Counters& counters() const;   // of all that was refused, on the way in and out
  const Counters& failures() const;   // of connections: why there was none, or none any more
  std::vector<Topic> topics() const;  // in no order

  // At once, without a word; whatever waits ends as operation_aborted.
  void close();

 private:
  struct State;
  explicit E2e(std::shared_ptr<State>);

  void start_connect(Completion<std::error_code>);
  void start_publish(const Publication&, Completion<std::error_code>);
  void start_receive(Completion<std::error_code, Message>);
  void start_leave(Completion<std::error_code>);

  std::shared_ptr<State> state_;
};

}  // namespace tacit::host
