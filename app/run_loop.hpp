#pragma once
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <optional>

#include "app/exit_code.hpp"

namespace tacit::app {

// The event loop of a command, until end(), SIGINT, SIGTERM, or the time is over (exit code 27).
class RunLoop {
 public:
  explicit RunLoop(std::optional<double> wait_s);

  asio::io_context io;
  // Called once, by whatever ends the loop: takes leave, and then calls end().
  std::function<void(ExitCode)> on_ending;

  ExitCode run();
  void ask_to_end(ExitCode);  // as a signal does
  void end(ExitCode);         // run() returns
  bool ended() const { return ended_; }

 private:
  void await_signal();

  asio::signal_set signals_;
  asio::steady_timer deadline_;
  ExitCode code_ = ExitCode::ok;
  bool ending_ = false, ended_ = false;
};

}  // namespace tacit::app
