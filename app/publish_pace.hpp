#pragma once
#include <asio/steady_timer.hpp>
#include <functional>
#include <string>

#include "app/pub.hpp"
#include "app/stdin_lines.hpp"

namespace tacit::app {

// Which messages `tacit pub` publishes, and when: one, the same again and again, or each line of standard input. So
// many are on their way at once; then the next waits for one to end.
class PublishPace {
 public:
  struct Handlers {
    std::function<void(const std::string&)> publish;
    std::function<void()> all_ended;  // all have been published and have ended
  };
  PublishPace(const asio::any_io_executor&, const PubOptions&, std::size_t at_once, Handlers);

  void start() { reads_lines_ ? next_line() : next_repeat(); }
  void one_ended();

 private:
  void next_line();
  void next_repeat();
  void wait_to_repeat();
  void publish(const std::string&);
  void go_on();

  const PubOptions& options_;
  std::size_t at_once_;
  Handlers handlers_;
  StdinLines lines_;
  asio::steady_timer delay_;
  std::uint32_t left_;
  std::size_t on_their_way_ = 0;
  bool reads_lines_, waiting_ = false, exhausted_ = false;
};

}  // namespace tacit::app
