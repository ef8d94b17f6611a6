#pragma once
#include <asio/any_io_executor.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "tacit/port/linux/poller.hpp"
#include "tacit/port/linux/watch.hpp"

namespace tacit::app {

// The lines of standard input, read when asked for, while everything else goes on. The descriptor stays as it is:
// a shell shares it, and would not like it to be non-blocking. A line is cut after 64 KiB, which is longer than any
// message.
class StdinLines {
 public:
  explicit StdinLines(const asio::any_io_executor& executor) : executor_(executor) {}

  // One at a time; nothing after the last. `then` is posted.
  void next(std::function<void(std::optional<std::string>)> then);

 private:
  void fill();
  void read_some();
  bool take_line();

  asio::any_io_executor executor_;
  std::function<void(std::optional<std::string>)> then_;
  std::string buffer_;
  bool ended_ = false, plain_file_ = false;
  std::optional<linux_port::Poller> poller_;  // of which the descriptor can be made non-blocking
  std::optional<linux_port::Watch> watch_;
};

}  // namespace tacit::app
