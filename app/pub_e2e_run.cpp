// What `tacit pub` does with a broker, once its command line is understood.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/e2e_session.hpp"
#include "app/json_lines.hpp"
#include "app/pub.hpp"
#include "app/publish_pace.hpp"
#include "app/retained.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

// So many messages are on their way at once; then the next waits for the first to leave.
constexpr std::size_t on_their_way_max = 64;

class Publishing {
 public:
  Publishing(E2eSession& session, const PubOptions& options)
      : session_(session), options_(options),
        pace_(session.io().get_executor(), options, on_their_way_max,
              {.publish = [this](const std::string& message) { publish(message); },
               .all_ended = [this] { session_.end(code_); }}) {}

  void start() { pace_.start(); }

 private:
  void publish(const std::string& message) {
    session_.link().async_publish({.topic = options_.channel,
                                   .message = bytes_of(message),
                                   .qos = static_cast<e2e::Qos>(options_.qos),
                                   .retain = options_.retain,
                                   .priority = options_.priority,
                                   .lifetime = Duration{std::int64_t{options_.ttl_s} * 1'000'000}},
                                  [this](std::error_code error) {
                                    if (session_.ended()) return;
                                    ended(error);
                                    pace_.one_ended();
                                  });
  }

  void ended(std::error_code error) {
    if (error && !host::is_reason(error)) return;
    if (options_.json) {
      nlohmann::ordered_json json{{"v", 1}, {"channel", options_.channel}, {"qos", static_cast<int>(options_.qos)}};
      if (error) json["reason"] = host::explain(host::reason_of(error)).name;
      print_line(line_of(json));
    }
    if (!error) return;
    const Reason reason = host::reason_of(error);
    const ExitCode code = code_of(reason);
    if (code_ == ExitCode::ok) code_ = code;
    if (!options_.quiet) tell(failure_of(reason, code, options_.channel));
  }

  static ExitCode code_of(Reason reason) {
    switch (reason) {
      case Reason::not_authorized: return ExitCode::not_authorised;
      case Reason::expired:
      case Reason::closed:
      case Reason::connection_lost: return ExitCode::not_acknowledged;
      case Reason::bad_topic:
      case Reason::length_shows: return ExitCode::usage;
      default: return exit_code_of_refusal(reason);
    }
  }

  E2eSession& session_;
  const PubOptions& options_;
  PublishPace pace_;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace

ExitCode publish_e2e(Program& program, const PubOptions& options) {
  if (options.qos == nomq::Qos::exactly_once)
    throw Failure{ExitCode::usage, "not_supported", "-q 2: sealed messages go at 0 or 1",
                  "At 1 a message that comes twice is refused the second time, so it is delivered once as well."};
  E2eJoin join = e2e_join(program, options.broker);
  if (options.retain && options.from == MessageFrom::nothing)
    return clear_retained(join, options.channel, options.wait_s);
  if (options.retain && !options.quiet)
    note("-r: whoever subscribes later than --window (" +
         std::to_string(join.options.link.envelope.past.ns / 1'000'000'000) +
         " s) refuses a retained message as stale");
  join.options.speak = {options.channel};
  join.options.sizes = {.heard = 1,
                        .spoken = 1,
                        .topic_bytes = std::max<std::size_t>(options.channel.size(), 1),
                        .slots = on_their_way_max,
                        .message_bytes = e2e::message_max,
                        .outcomes = 2 * on_their_way_max,
                        .seen = 1024,
                        .topics = 1};
  E2eSession session(join, options.wait_s);
  Publishing publishing(session, options);
  publishing.start();
  return session.run();
}

}  // namespace tacit::app
