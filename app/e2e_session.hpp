#pragma once
#include "app/e2e_join.hpp"
#include "app/run_loop.hpp"

namespace tacit::app {

// One command's stay with a broker: the link, its log, and what ends it.
class E2eSession {
 public:
  // Fails where there is no wall clock, or a file cannot be used. With `wait_s` it ends after so long, with exit
  // code 27.
  E2eSession(E2eJoin&, std::optional<double> wait_s);

  asio::io_context& io() { return loop_.io; }
  host::E2e& link() { return *link_; }
  const Log& log() const { return log_; }
  const std::string& broker() const { return broker_; }

  std::function<void()> on_connected;  // each time; nothing that is published before is lost
  std::function<void()> on_lost;

  // Connects, and stays until end(), a signal, or the time is over. A broker that cannot be reached at first is a
  // Failure, and so is one that grants none of our subscriptions; one that is lost later is waited for.
  ExitCode run();
  // Says goodbye when all that was published has left; run() returns.
  void end(ExitCode code) { loop_.ask_to_end(code); }
  bool ended() const { return loop_.ended(); }

  // Nothing was heard that can be understood, but something was: the usual reason for silence.
  std::optional<std::string> hint() const;

 private:
  void on(const mqtt_port::Connected&);
  void on(const mqtt_port::Disconnected&);
  void on(const mqtt_port::SubscriptionRefused&);
  void on(const e2e::Dropped&);
  void on(const e2e::LengthShows&);
  void on(const e2e::ClockStepped&);

  RunLoop loop_;
  Log log_;
  std::string broker_;
  std::size_t filters_, refused_ = 0;
  std::unique_ptr<host::E2e> link_;
  std::optional<Failure> failure_;
  bool was_connected_ = false, leaving_ = false;
};

}  // namespace tacit::app
