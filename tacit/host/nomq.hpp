#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tacit/host/completion.hpp"
#include "tacit/host/key.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/host/reason_error.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/port/linux/lan_sockets.hpp"

namespace tacit::host {

// A NoMQ node for a program on Linux, with Asio's conventions: the executor comes first, the completion token last,
// and what waits can be cancelled. Machine and Asio are compiled in nomq.cpp, once.
//
//   asio::io_context io;
//   Nomq node(io.get_executor(), key_file->key, {});
//   (void)node.subscribe("plant/temp");
//   node.async_receive([](std::error_code error, Nomq::Message message) { … });
//   io.run();
//
// One thread at a time, or one strand; completion handlers are posted, never called from inside a function of this.
// Between the calls it works by itself: acknowledges, repeats, says that it is here. So until close() it keeps io.run()
// from returning.
class Nomq {
 public:
  struct Options {
    nomq::Config config{};                         // but its profile, which is the key's
    std::vector<std::string> interfaces{};         // by name; none: all that reach somebody, or else loopback
    std::uint16_t group_port = 0;                  // 0: the profile's own, 8889 or 8888
    linux_port::LanConfig::Ports own{8890, 8904};  // the first free one is ours
    nomq::Sizes sizes = host_sizes;
    std::size_t messages_waiting = 1024;  // see async_receive()
  };

  // Of what it points to nothing is needed any more when the operation has been started.
  struct Publication {
    std::string_view channel;
    Bytes message;
    nomq::Qos qos = nomq::Qos::at_most_once;
    bool retain = false;
    std::uint8_t priority = 0;  // 15 is the highest
    std::uint16_t ttl_s = nomq::ttl_default_s;
    std::optional<Endpoint> to{};  // nothing: the group
    bool to_many = false;          // `to` is heard by many; linux_port::is_heard_by_many() knows
  };

  // nomq::Outcome, kept. At QoS 0 nobody is counted.
  struct Outcome {
    std::uint16_t delivered = 0, given_up = 0;
    std::optional<Reason> reason{};  // why the first was given up, or no_subscriber; nothing: all is well
    std::vector<nomq::SessionId> by{};
  };

  // nomq::Message, kept.
  struct Message {
    std::string channel;
    std::vector<std::uint8_t> payload;  // empty only with `retain`: the retained message was cleared
    Path path;
    nomq::SessionId from{};
    nomq::PacketId id{};
    std::uint32_t published_s = 0;
    std::uint16_t ttl_s = 0;
    std::uint8_t priority = 0;
    nomq::Qos qos{};
    bool retain = false, maybe_repeated = false;
    nomq::Token token = nomq::Token::none;

    std::string_view text() const { return text_of(payload); }
  };

  struct Pong {
    nomq::SessionId by{};
    Path path;
    Duration after{};
  };

  struct Peer {
    nomq::SessionId session{};
    Endpoint address;
    bool present = false, proven = false;
    Duration silent_for{};
    std::optional<Duration> round_trip{};
    std::vector<std::string> channels{};  // those of which the name is known
  };

  // Throws std::system_error where no socket can be opened.
  Nomq(const asio::any_io_executor&, const Key&, const Options&);
  Nomq(const Nomq&) = delete;
  Nomq& operator=(const Nomq&) = delete;
  ~Nomq();

  asio::any_io_executor get_executor() const;
  nomq::Profile profile() const;

  // Gives channels_full, invalid_argument, too_large; and unknown_channel.
  Result<Done> subscribe(std::string_view channel, std::uint8_t priority = 0);
  Result<Done> unsubscribe(std::string_view channel);
  bool subscribed(std::string_view channel) const;

  // void(std::error_code, Outcome). Completes at QoS 0 when the message has left, else when it is known who has it.
  // The error is the Reason why it was never accepted (those of Node::publish()), or operation_aborted: cancelled,
  // which does not call back what has left, or closed. How it went without an error is in the Outcome.
  template <class Token> auto async_publish(const Publication& what, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Outcome)>(
        [this](auto handler, const Publication& publication) {
          start_publish(publication, {std::move(handler), get_executor()});
        },
        token, what);
  }

  // void(std::error_code, Message). Messages of higher priority first. While `messages_waiting` wait for somebody to
  // receive them nothing is read from the network, acknowledgements neither: so nothing that was acknowledged is
  // lost, and who publishes and subscribes has to receive.
  template <class Token> auto async_receive(Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Message)>(
        [this](auto handler) { start_receive({std::move(handler), get_executor()}); }, token);
  }

  // With Config::manual_acknowledgement: the message is safe. Gives unknown_token.
  Result<Done> accept(nomq::Token);

  // void(std::error_code, Pong). The error is peer_silent after five seconds, or one of Node::ping(); for a session
  // unknown_peer.
  template <class Token> auto async_ping(const Endpoint& at, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Pong)>(
        [this](auto handler, const Endpoint& whom) {
          start_ping({.peer = whom}, {std::move(handler), get_executor()});
        },
        token, at);
  }
  template <class Token> auto async_ping(nomq::SessionId peer, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, Pong)>(
        [this](auto handler, nomq::SessionId whom) { start_ping(whom, {std::move(handler), get_executor()}); }, token,
        peer);
  }

  // Who comes and goes, who listens to what, what is refused; called as it happens, so it must not destroy the node.
  // What they point to lives as long as the call.
  using Event = std::variant<nomq::PeerChange, nomq::PeerSubscription, nomq::Dropped>;
  void observe(std::function<void(const Event&)>);

  std::vector<Peer> peers() const;
  std::vector<std::string> known_channels() const;  // ours, and those that peers have named
  std::optional<std::string> name_of(const nomq::ChannelId&) const;
  nomq::SessionId session() const;
  const Counters& counters() const;
  const nomq::Traffic& traffic() const;
  const linux_port::LanSockets& sockets() const;

  // Tells the group that this node leaves. What is still owed to a publish ends as closed.
  void goodbye();
  // Whatever waits ends as operation_aborted.
  void close();

 private:
  struct State;

  void start_publish(const Publication&, Completion<std::error_code, Outcome>);
  void start_receive(Completion<std::error_code, Message>);
  void start_ping(const Path&, Completion<std::error_code, Pong>);
  void start_ping(nomq::SessionId, Completion<std::error_code, Pong>);

  std::shared_ptr<State> state_;
};

}  // namespace tacit::host
