#include "app/session_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/read_until.hpp>
#include <asio/signal_set.hpp>
#include <asio/write.hpp>
#include <system_error>

#include "tacit/port/linux/file.hpp"

namespace tacit::app {
namespace {

// To read from, and to write to.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return ends;
}

// In a group of its own, so that Ctrl-C at our terminal is for us to hand on; and SIGPIPE, which we ignore, is as
// usual.
pid_t run_in_shell(const std::string& command, const std::vector<std::string>& environment, int input, int output) {
  std::vector<std::string> words{"/bin/sh", "-c", command}, variables = environment;
  for (char** one = environ; *one; ++one) variables.emplace_back(*one);
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  };
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &pipe);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, "/bin/sh", &files, &attributes, pointers(words).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error(error, std::generic_category(), "/bin/sh");
  return pid;
}

}  // namespace

// Shared with the operations that Asio still has under way when the program is gone.
struct SessionProgram::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, Handlers its_handlers)
      : handlers(std::move(its_handlers)), input(io), output(io), child_signals(io, SIGCHLD) {}

  void start(const std::string& command, const std::vector<std::string>& environment) {
    const auto in = make_pipe();
    const linux_port::File its_input(in[0]);
    input.assign(in[1]);
    const auto out = make_pipe();
    const linux_port::File its_output(out[1]);
    output.assign(out[0]);
    pid = run_in_shell(command, environment, its_input.fd(), its_output.fd());
    read();
    await_death();
  }

  // Reaped as soon as it has died, whether its output has ended or a grandchild still has it.
  void await_death() {
    child_signals.async_wait([self = shared_from_this()](std::error_code error, int) {
      if (error || self->reap()) return;
      self->await_death();
    });
  }
  bool reap() {
    if (pid != 0 && ::waitpid(pid, nullptr, WNOHANG) != 0) pid = 0;
    return pid == 0;
  }

  void read() {
    asio::async_read_until(
        output, asio::dynamic_buffer(received, longest_line), '\n',
        [self = shared_from_this()](std::error_code error, std::size_t size) { self->on_read(error, size); });
  }

  void on_read(std::error_code error, std::size_t size) {
    if (stopped) return;
    if (error) {
      if (!received.empty()) return hand_over(std::exchange(received, {}), [this] { ended(); });
      return ended();
    }
    std::string line = received.substr(0, size - 1);
    received.erase(0, size);
    hand_over(std::move(line), [this] { read(); });
  }

  void hand_over(std::string line, std::function<void()> next) {
    handlers.wrote(std::move(line), [self = shared_from_this(), next = std::move(next)] {
      if (!self->stopped) next();
    });
  }

  void ended() {
    if (std::exchange(stopped, true)) return;
    handlers.ended();
  }

  bool write_line(std::string_view line) {
    if (unwritten.size() + writing.size() + line.size() > unread_max) return false;
    unwritten.append(line) += '\n';
    write();
    return true;
  }

  void write() {
    if (!writing.empty() || unwritten.empty() || !input.is_open()) return;
    std::swap(writing, unwritten);
    asio::async_write(input, asio::buffer(writing), [self = shared_from_this()](std::error_code error, std::size_t) {
      self->writing.clear();
      if (error) self->close_input();  // it reads no more, which is its right
      else self->write();
    });
  }

  void close_input() {
    std::error_code ignored;
    input.close(ignored);
    unwritten.clear();
  }

  void stop() {
    stopped = true;
    std::error_code ignored;
    close_input();
    output.close(ignored);
    if (!reap()) ::kill(-pid, SIGTERM);
  }

  Handlers handlers;
  asio::posix::stream_descriptor input, output;
  asio::signal_set child_signals;
  pid_t pid = 0;  // 0: none any more
  std::string received, unwritten, writing;
  bool stopped = false;
};

SessionProgram::SessionProgram(asio::io_context& io, const std::string& command,
                               const std::vector<std::string>& environment, Handlers handlers)
    : state_(std::make_shared<State>(io, std::move(handlers))) {
  state_->start(command, environment);
}

SessionProgram::~SessionProgram() { state_->stop(); }

bool SessionProgram::write_line(std::string_view line) { return state_->write_line(line); }

}  // namespace tacit::app
