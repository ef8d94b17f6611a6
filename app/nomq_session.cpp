#include "app/nomq_session.hpp"

#include <chrono>
#include <csignal>

#include "app/failure.hpp"
#include "app/printable.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/port/linux/clock.hpp"

namespace tacit::app {
namespace {

using host::Nomq;

std::string line_of(const nomq::PeerChange& change) {
  constexpr std::array words{"appeared", "is lost: silent for too long", "returned", "left"};
  return "peer " + text_of(change.session) + " at " + linux_port::to_text(change.path.peer) + " " +
         words[static_cast<std::size_t>(change.what)];
}

std::string line_of(const nomq::PeerSubscription& event) {
  return "peer " + text_of(event.session) + (event.subscribed ? " listens to " : " no longer listens to ") +
         (event.channel.empty() ? "the channel that was asked for" : printable(event.channel));
}

std::string line_of(const nomq::Dropped& dropped) {
  const host::Explanation& why = host::explain(dropped.reason);
  return std::string(why.name) + " from " + linux_port::to_text(dropped.from.peer) + ": " + std::string(why.sentence);
}

// What happens all the time on a healthy network.
bool harmless(Reason reason) {
  return reason == Reason::own || reason == Reason::duplicate || reason == Reason::unknown_channel;
}

std::chrono::microseconds microseconds(double seconds) {
  return std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
}

}  // namespace

Nomq::Options NomqSession::options_of(const Join& join) {
  Nomq::Options options;
  options.config = join.config;
  options.interfaces = join.interfaces;
  return options;
}

NomqSession::NomqSession(const Join& join, const Nomq::Options& options, std::optional<double> wait_s)
    : log_(join.log), signals_(io, SIGINT, SIGTERM), deadline_(io) {
  if (!linux_port::now().utc) throw failure_of(Reason::no_wall_clock, ExitCode::other);
  try {
    node_.emplace(io.get_executor(), join.key, options);
  } catch (const std::system_error& error) {
    throw Failure{ExitCode::cannot_reach, "cannot_reach", error.what(),
                  "Ports 8890 to 8904 may all be taken, or this process may open no sockets; `tacit doctor` looks."};
  }
  if (node_->sockets().interfaces().empty())
    throw Failure{ExitCode::cannot_reach, "cannot_reach", "none of the network interfaces that were named is up",
                  "`ip -br link` lists them."};
  for (const auto& deaf : node_->sockets().deaf_at())
    log_.write(LogPart::port, deaf.to_unicast ? LogLevel::info : LogLevel::warn,
               "cannot listen at " + linux_port::to_text(deaf.at) + ": " + deaf.why.message());
  node_->observe([this](const Nomq::Event& event) { observe(event); });

  signals_.async_wait([this](std::error_code error, int signal) {
    if (!error) end(signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated);
  });
  if (!wait_s) return;
  deadline_.expires_after(microseconds(*wait_s));
  deadline_.async_wait([this](std::error_code error) {
    if (!error) end(ExitCode::timed_out);
  });
}

ExitCode NomqSession::run() {
  if (!ended_) io.run();
  return code_;
}

void NomqSession::end(ExitCode code) {
  if (std::exchange(ended_, true)) return;
  code_ = code;
  node_->goodbye();
  node_->close();
  io.stop();
}

std::optional<std::string> NomqSession::hint() const {
  const auto strangers = node_->counters()[Reason::bad_mac];
  if (strangers == 0 || node_->traffic().packets_in > 0) return std::nullopt;
  return std::to_string(strangers) + (strangers == 1 ? " packet was" : " packets were") +
         " heard that this key cannot authenticate (bad_mac): compare `tacit key fingerprint` on both sides.";
}

void NomqSession::observe(const Nomq::Event& event) {
  if (const auto* dropped = std::get_if<nomq::Dropped>(&event)) {
    const LogLevel level = harmless(dropped->reason) ? LogLevel::debug : LogLevel::info;
    if (log_.wants(LogPart::drop, level)) log_.write(LogPart::drop, level, line_of(*dropped));
  } else if (const auto* change = std::get_if<nomq::PeerChange>(&event)) {
    log_.write(LogPart::session, LogLevel::info, line_of(*change));
  } else if (const auto* subscription = std::get_if<nomq::PeerSubscription>(&event)) {
    if (log_.wants(LogPart::session, LogLevel::debug))
      log_.write(LogPart::session, LogLevel::debug, line_of(*subscription));
  }
  if (on_event) on_event(event);
}

}  // namespace tacit::app
