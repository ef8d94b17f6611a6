// What `tacit pub` does without a broker, once its command line is understood.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/control_service.hpp"
#include "app/nomq_session.hpp"
#include "app/pub.hpp"
#include "app/publish_pace.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

using host::Nomq;

// So many lines are on their way at once; then the next waits for the first to arrive.
constexpr std::size_t on_their_way_max = 1024;

// Boards never say that they subscribe, so who stays sends what it keeps again and again.
constexpr Duration legacy_retained_every{10'000'000};

class Publishing {
 public:
  Publishing(NomqSession& session, const Join& join, const PubOptions& options)
      : session_(session), join_(join), options_(options),
        pace_(session.io.get_executor(), options, on_their_way_max,
              {.publish = [this](const std::string& message) { publish(message); }, .all_ended = [this] { end(); }}) {}

  void start() { pace_.start(); }

 private:
  void publish(const std::string& message) {
    session_.node().async_publish({.channel = options_.channel,
                                   .message = bytes_of(message),
                                   .qos = options_.qos,
                                   .retain = options_.retain,
                                   .priority = options_.priority,
                                   .ttl_s = options_.ttl_s,
                                   .to = join_.to,
                                   .to_many = join_.to_many},
                                  [this](std::error_code error, const Nomq::Outcome& outcome) {
                                    if (session_.ended()) return;
                                    if (error) refused(error);
                                    else ended(outcome);
                                    pace_.one_ended();
                                  });
  }

  void refused(std::error_code error) {
    if (!host::is_reason(error)) return;
    const Reason reason = host::reason_of(error);
    fail(exit_code_of_refusal(reason), failure_of(reason, exit_code_of_refusal(reason), options_.channel));
    if (options_.json) print({}, reason);
  }

  void ended(const Nomq::Outcome& outcome) {
    if (options_.json) print(outcome, outcome.reason);
    if (!outcome.reason) return;
    Failure failure = failure_of(*outcome.reason, ExitCode::not_acknowledged, options_.channel);
    if (outcome.delivered > 0)
      failure.what +=
          " (" + std::to_string(outcome.delivered) + " have it, " + std::to_string(outcome.given_up) + " do not)";
    if (const auto hint = session_.hint()) failure.next_step = *hint;
    // Who stays will be found by those who come later.
    if (options_.stay && outcome.reason == Reason::no_subscriber) {
      if (!options_.quiet) note(failure.what);
      return;
    }
    fail(ExitCode::not_acknowledged, failure);
  }

  void fail(ExitCode code, const Failure& failure) {
    if (code_ == ExitCode::ok) code_ = code;
    if (!options_.quiet) tell(failure);
  }

  void print(const Nomq::Outcome& outcome, std::optional<Reason> reason) {
    nlohmann::ordered_json json{{"v", 1}, {"channel", options_.channel}, {"qos", static_cast<int>(options_.qos)}};
    json["delivered"] = outcome.delivered;
    json["given_up"] = outcome.given_up;
    json["by"] = nlohmann::json::array();
    for (const nomq::SessionId by : outcome.by) json["by"].push_back(text_of(by));
    if (reason) json["reason"] = host::explain(*reason).name;
    std::puts(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    std::fflush(stdout);
  }

  void end() {
    if (options_.stay && code_ == ExitCode::ok) return;
    session_.end(code_);
  }

  NomqSession& session_;
  const Join& join_;
  const PubOptions& options_;
  PublishPace pace_;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace

ExitCode publish_nomq(Program& program, const PubOptions& options) {
  Join join = nomq_join(program, options.join);
  if (options.stay && join.config.profile == nomq::Profile::legacy)
    join.config.legacy_retained_every = legacy_retained_every;
  if (options.retain && !options.stay && !options.message.empty() && !options.quiet)
    note(
        "a message is retained by who published it, and this command ends: who subscribes later gets nothing, unless "
        "--stay");
  NomqSession session(join, options.wait_s);
  std::optional<ControlService> control;
  if (options.stay || options.from == MessageFrom::lines) control.emplace(session, join, "pub");
  Publishing publishing(session, join, options);
  publishing.start();
  return session.run();
}

}  // namespace tacit::app
