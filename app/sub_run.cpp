// What `tacit sub` does without a broker, once its command line is understood.
#include <algorithm>
#include <chrono>

#include "app/channel_pattern.hpp"
#include "app/control_service.hpp"
#include "app/nomq_session.hpp"
#include "app/printable.hpp"
#include "app/sub.hpp"
#include "app/wall_time.hpp"

namespace tacit::app {
namespace {

using host::Nomq;

constexpr std::chrono::milliseconds settling{500};

Received received_now(Nomq::Message message) {
  return {.channel = std::move(message.channel),
          .payload = std::move(message.payload),
          .at = wall_time(),
          .retain = message.retain,
          .qos = static_cast<int>(message.qos),
          .priority = message.priority,
          .ttl_s = message.ttl_s,
          .id = static_cast<std::uint32_t>(message.id),
          .published = host::rfc3339(static_cast<std::time_t>(message.published_s)),
          .sender = text_of(message.from),
          .from = linux_port::to_text(message.path.peer),
          .maybe_repeated = message.maybe_repeated};
}

class Subscription {
 public:
  Subscription(NomqSession& session, const Join& join, const SubOptions& options)
      : session_(session), join_(join), options_(options),
        format_(format_of(options), options.pretty, host::fingerprint(join.key)), left_(options.count.value_or(0)) {}

  void start() {
    session_.on_event = [this](const Nomq::Event& event) {
      const auto* named = std::get_if<nomq::PeerSubscription>(&event);
      if (named && named->subscribed) follow(std::string(named->channel));
    };
    for (const std::string& filter : options_.channels)
      if (!is_pattern(filter)) add(filter);
    for (const std::string& name : options_.names)
      if (matches_pattern(name)) add(name);
    if (std::ranges::any_of(options_.channels, is_pattern) && !options_.quiet)
      note(
          "names travel as hashes: a pattern matches the channels that other subscribers name, and those of --name; "
          "not one to which somebody only publishes");
    if (join_.to) greet();
    receive();
  }

 private:
  bool matches_pattern(const std::string& name) const {
    return std::ranges::any_of(options_.channels,
                               [&](const auto& one) { return is_pattern(one) && matches(one, name); });
  }

  // What peers name is not our owner's mistake: where there is no room for more, we go on with what we have.
  void follow(const std::string& name) {
    if (name.empty() || !matches_pattern(name) || subscribe(name) || options_.quiet) return;
    if (!std::exchange(told_of_no_room_, true))
      warn("more channels match than can be subscribed to; of the others nothing will be told");
  }

  void add(const std::string& name) {
    if (const auto done = subscribe(name); !done)
      throw failure_of(done.error(), exit_code_of_refusal(done.error()), name);
  }

  Result<Done> subscribe(const std::string& name) {
    const auto matches_name = [&](const std::string& filter) { return matches(filter, name); };
    if (session_.node().subscribed(name) || std::ranges::any_of(options_.never, matches_name)) return Done{};
    const auto done = session_.node().subscribe(name, options_.priority);
    if (done) session_.log().write(LogPart::session, LogLevel::info, "subscribed to " + printable(name));
    return done;
  }

  // A subscription is told to the group, and to who asks for it. An address where nobody hears the group is asked
  // until it answers, and then it asks in turn.
  void greet() {
    session_.node().async_ping(*join_.to, [this](std::error_code error, const Nomq::Pong& pong) {
      if (session_.ended()) return;
      if (error == Reason::peer_silent) return greet();
      if (!error) session_.log().write(LogPart::session, LogLevel::info, "met peer " + text_of(pong.by));
      else if (!options_.quiet) warn(linux_port::to_text(*join_.to) + ": " + error.message());
    });
  }

  void receive() {
    session_.node().async_receive([this](std::error_code error, Nomq::Message message) {
      if (error || session_.ended()) return;
      const nomq::Token token = message.token;
      const nomq::Qos qos = message.qos;
      const bool printed = print(std::move(message));
      // Acknowledged only when whoever reads our output has it.
      if (token != nomq::Token::none) (void)session_.node().accept(token);
      if (printed && left_ > 0 && --left_ == 0) return end_after(qos);
      receive();
    });
  }

  // At QoS 2 the publisher has two more packets to hear of us before it knows that we have the last message.
  void end_after(nomq::Qos qos) {
    if (qos != nomq::Qos::exactly_once) return session_.end(ExitCode::ok);
    farewell_.expires_after(settling);
    farewell_.async_wait([this](std::error_code error) {
      if (!error) session_.end(ExitCode::ok);
    });
  }

  bool print(Nomq::Message message) {
    if (options_.no_retained && message.retain) return false;
    const auto unwanted = [&](const std::string& filter) { return matches(filter, message.channel); };
    if (std::ranges::any_of(options_.without, unwanted)) return false;

    app::print(options_, format_, received_now(std::move(message)));
    return true;
  }

  NomqSession& session_;
  const Join& join_;
  const SubOptions& options_;
  MessageFormat format_;
  std::uint64_t left_;
  bool told_of_no_room_ = false;
  asio::steady_timer farewell_{session_.io};
};

}  // namespace

ExitCode subscribe_nomq(Program& program, const SubOptions& options) {
  Join join = nomq_join(program, options.join);
  join.config.manual_acknowledgement = true;
  if (options.qos && !options.quiet) note("-q: the publisher alone chooses the quality of service");
  NomqSession session(join, options.wait_s);
  const ControlService control(session, join, "sub");
  Subscription subscription(session, join, options);
  subscription.start();
  const ExitCode code = session.run();
  if (const auto hint = session.hint(); hint && code != ExitCode::ok && !options.quiet) note(*hint);
  return code;
}

}  // namespace tacit::app
