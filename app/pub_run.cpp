// What `tacit pub` does once its command line is understood.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/control_service.hpp"
#include "app/nomq_session.hpp"
#include "app/pub.hpp"
#include "app/stdin_lines.hpp"
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
      : session_(session), join_(join), options_(options), left_(options.repeat), lines_(session.io.get_executor()),
        delay_(session.io) {}

  void start() {
    if (options_.from == MessageFrom::lines) return next_line();
    next_repeat();
  }

 private:
  void next_line() {
    reading_ = true;
    lines_.next([this](std::optional<std::string> line) {
      reading_ = false;
      if (line) publish(*line);
      else exhausted_ = true;
      go_on();
    });
  }

  void next_repeat() {
    publish(options_.message);
    if (--left_ == 0) exhausted_ = true;
    else if (options_.repeat_delay_s > 0) return wait_to_repeat();
    go_on();
  }

  void wait_to_repeat() {
    reading_ = true;
    delay_.expires_after(std::chrono::microseconds(static_cast<std::int64_t>(options_.repeat_delay_s * 1e6)));
    delay_.async_wait([this](std::error_code error) {
      reading_ = false;
      if (!error) next_repeat();
    });
  }

  void publish(const std::string& message) {
    ++on_their_way_;
    session_.node().async_publish({.channel = options_.channel,
                                   .message = bytes_of(message),
                                   .qos = options_.qos,
                                   .retain = options_.retain,
                                   .priority = options_.priority,
                                   .ttl_s = options_.ttl_s,
                                   .to = join_.to,
                                   .to_many = join_.to_many},
                                  [this](std::error_code error, const Nomq::Outcome& outcome) {
                                    --on_their_way_;
                                    if (session_.ended()) return;
                                    if (error) refused(error);
                                    else ended(outcome);
                                    go_on();
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

  void go_on() {
    if (session_.ended() || reading_) return;
    if (!exhausted_) {
      if (on_their_way_ >= on_their_way_max) return;
      return options_.from == MessageFrom::lines ? next_line() : next_repeat();
    }
    if (on_their_way_ > 0) return;
    if (options_.stay && code_ == ExitCode::ok) return;
    session_.end(code_);
  }

  NomqSession& session_;
  const Join& join_;
  const PubOptions& options_;
  std::uint32_t left_;
  StdinLines lines_;
  asio::steady_timer delay_;
  std::size_t on_their_way_ = 0;
  bool reading_ = false, exhausted_ = false;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace

ExitCode publish(Program& program, const PubOptions& options) {
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
