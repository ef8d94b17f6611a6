#pragma once
#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::app {

// A program that talks for one session: it is run by the shell, reads lines on its standard input and writes lines on
// its standard output. Its standard error is ours.
class SessionProgram {
 public:
  static constexpr std::size_t unread_max = 256 * 1024, longest_line = 65'536;  // bytes

  struct Handlers {
    // A line it wrote. The next is read when `then` was called.
    std::function<void(std::string line, std::function<void()> then)> wrote;
    std::function<void()> ended;  // it wrote its last; called once, unless stop() came before
  };

  // Throws std::system_error where it cannot be run.
  SessionProgram(asio::io_context&, const std::string& command, const std::vector<std::string>& environment, Handlers);
  ~SessionProgram();  // ends its input and asks it to terminate
  SessionProgram(const SessionProgram&) = delete;
  SessionProgram& operator=(const SessionProgram&) = delete;

  // False where it has not read unread_max bytes yet.
  [[nodiscard]] bool write_line(std::string_view);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tacit::app
