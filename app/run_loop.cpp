#include "app/run_loop.hpp"

#include <chrono>
#include <csignal>
#include <utility>

namespace tacit::app {

RunLoop::RunLoop(std::optional<double> wait_s) : signals_(io, SIGINT, SIGTERM), deadline_(io) {
  await_signal();
  if (!wait_s) return;
  deadline_.expires_after(std::chrono::microseconds(static_cast<std::int64_t>(*wait_s * 1e6)));
  deadline_.async_wait([this](std::error_code error) {
    if (!error) ask_to_end(ExitCode::timed_out);
  });
}

// A second one does not wait for a leave that takes its time.
void RunLoop::await_signal() {
  signals_.async_wait([this](std::error_code error, int signal) {
    if (error) return;
    const ExitCode code = signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
    if (ending_) return end(code);
    await_signal();
    ask_to_end(code);
  });
}

ExitCode RunLoop::run() {
  if (!ended_) io.run();
  return code_;
}

void RunLoop::ask_to_end(ExitCode code) {
  if (std::exchange(ending_, true)) return;
  if (on_ending) on_ending(code);
  else end(code);
}

void RunLoop::end(ExitCode code) {
  if (std::exchange(ended_, true)) return;
  code_ = code;
  io.stop();
}

}  // namespace tacit::app
