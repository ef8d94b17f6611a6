#include "app/stdin_lines.hpp"

#include <unistd.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>

namespace tacit::app {
namespace {

constexpr std::size_t longest_line = 65'536;

}  // namespace

void StdinLines::next(std::function<void(std::optional<std::string>)> then) {
  then_ = std::move(then);
  if (take_line()) return;
  if (!poller_ && !plain_file_) {
    poller_.emplace();
    std::error_code error;
    poller_->add(STDIN_FILENO, this, error);
    plain_file_ = static_cast<bool>(error);  // nothing to wait for: reading it never waits
  }
  fill();
}

void StdinLines::fill() {
  if (plain_file_) {
    while (then_) read_some();
    return;
  }
  if (!watch_) watch_.emplace(executor_, poller_->fd(), [this] { read_some(); });
}

void StdinLines::read_some() {
  if (!then_) return watch_.reset();  // until the next is asked for
  std::array<char, 16'384> room;
  const ssize_t got = ::read(STDIN_FILENO, room.data(), room.size());
  if (got < 0 && errno == EINTR) return;
  if (got > 0) buffer_.append(room.data(), static_cast<std::size_t>(got));
  if (const auto begin = buffer_.rfind('\n') + 1; buffer_.size() - begin > longest_line)
    buffer_.resize(begin + longest_line);  // the rest is read, and forgotten, until the line ends
  ended_ = got <= 0;
  (void)take_line();
}

// A last line without an end is one too.
bool StdinLines::take_line() {
  const auto end = buffer_.find('\n');
  if (end == std::string::npos && !ended_) return false;

  std::optional<std::string> line;
  if (end != std::string::npos) {
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
  } else if (!buffer_.empty()) {
    line = std::exchange(buffer_, {});
  }
  if (ended_) watch_.reset();
  asio::post(executor_, [then = std::exchange(then_, {}), line = std::move(line)]() mutable { then(std::move(line)); });
  return true;
}

}  // namespace tacit::app
