#include "app/e2e_session.hpp"

#include "app/failure.hpp"
#include "app/nomq_join.hpp"
#include "app/printable.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

// What happens all the time where all is well.
bool harmless(Reason reason) { return reason == Reason::own || reason == Reason::duplicate; }

std::string seconds(Duration duration) { return std::to_string((duration.us + 500'000) / 1'000'000) + " s"; }

}  // namespace

E2eSession::E2eSession(E2eJoin& join, std::optional<double> wait_s)
    : loop_(wait_s), log_(join.log), broker_(join.broker), filters_(join.options.hear.size()) {
  if (!linux_port::now().utc) throw failure_of(Reason::no_wall_clock, ExitCode::other);
  link_ = or_fail(host::E2e::open(loop_.io.get_executor(), join.key, std::move(join.options)), ExitCode::usage);
  link_->observe([this](const host::E2e::Event& event) { std::visit([this](const auto& one) { on(one); }, event); });
  loop_.on_ending = [this](ExitCode code) {
    leaving_ = true;
    link_->async_leave([this, code](std::error_code) { loop_.end(code); });
  };
}

ExitCode E2eSession::run() {
  link_->async_connect([](std::error_code) {});  // events tell more
  const ExitCode code = loop_.run();
  if (failure_) throw *failure_;
  return code;
}

std::optional<std::string> E2eSession::hint() const {
  const auto strangers = link_->counters()[Reason::bad_mac];
  if (strangers == 0) return std::nullopt;
  return std::to_string(strangers) + (strangers == 1 ? " packet was" : " packets were") +
         " heard that this key cannot authenticate (bad_mac): compare `tacit key fingerprint` and --aad on both sides.";
}

void E2eSession::on(const mqtt_port::Connected&) {
  was_connected_ = true;
  log_.write(LogPart::session, LogLevel::info,
             "connected to " + broker_ + ", base topic " + std::string(link_->base()));
  if (on_connected && !leaving_) on_connected();
}

void E2eSession::on(const mqtt_port::Disconnected& event) {
  if (leaving_ || !event.why) return;
  const Failure failure = failure_of(*event.why, broker_);
  if (!was_connected_ || !event.again_in) {
    failure_ = failure;
    return loop_.end(failure.code);
  }
  log_.write(LogPart::session, LogLevel::warn,
             failure.name + ": " + broker_ + "; again in " + seconds(*event.again_in));
  if (on_lost) on_lost();
}

void E2eSession::on(const mqtt_port::SubscriptionRefused& event) {
  const Failure failure = failure_of(Reason::subscription_refused, ExitCode::not_authorised,
                                     broker_ + ": " + printable(event.filter) + ": code " + std::to_string(event.code));
  if (++refused_ < filters_) return log_.write(LogPart::session, LogLevel::warn, failure.what);
  failure_ = failure;
  loop_.end(failure.code);
}

void E2eSession::on(const e2e::Dropped& event) {
  const LogLevel level = harmless(event.reason) ? LogLevel::debug : LogLevel::info;
  const host::Explanation& why = host::explain(event.reason);
  if (log_.wants(LogPart::drop, level))
    log_.write(LogPart::drop, level,
               std::string(why.name) + " on " + printable(event.topic) + ": " + std::string(why.sentence));
}

void E2eSession::on(const e2e::LengthShows&) {
  log_.write(LogPart::message, LogLevel::warn, "a message is longer than --pad, so whoever listens learns its length");
}

void E2eSession::on(const e2e::ClockStepped& event) {
  log_.write(LogPart::port, LogLevel::warn,
             "the clock was set " + std::string(event.by.us < 0 ? "back by " : "forward by ") +
                 seconds(event.by.us < 0 ? Duration{-event.by.us} : event.by));
}

}  // namespace tacit::app
