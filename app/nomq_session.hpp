#pragma once
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "app/nomq_join.hpp"
#include "tacit/host/nomq.hpp"

namespace tacit::app {

// One command's stay in a NoMQ group: the node, its log, and what ends it.
class NomqSession {
 public:
  // Fails where there is no socket or no wall clock. With `wait_s` it ends after so long, with exit code 27.
  NomqSession(const Join&, const host::Nomq::Options&, std::optional<double> wait_s);
  explicit NomqSession(const Join& join, std::optional<double> wait_s = {})
      : NomqSession(join, options_of(join), wait_s) {}

  static host::Nomq::Options options_of(const Join&);

  asio::io_context io;
  host::Nomq& node() { return *node_; }
  const Log& log() const { return log_; }
  std::function<void(const host::Nomq::Event&)> on_event;

  // Until end(), a signal or the time is over.
  ExitCode run();
  // Takes leave of the group; run() returns.
  void end(ExitCode);
  bool ended() const { return ended_; }

  // Nothing was heard from a node that can be understood, but something was: the usual reason for silence.
  std::optional<std::string> hint() const;

 private:
  void observe(const host::Nomq::Event&);

  Log log_;
  std::optional<host::Nomq> node_;
  asio::signal_set signals_;
  asio::steady_timer deadline_;
  ExitCode code_ = ExitCode::ok;
  bool ended_ = false;
};

}  // namespace tacit::app
