#pragma once
#include <asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tacit/host/context.hpp"
#include "tacit/host/problem.hpp"

// Long-running commands answer questions at a socket of their own, FOLDER/CONTEXT.PID.sock: a line with the question,
// a line with the answer. What the lines say is the commands' affair (app/control_service.hpp).
namespace tacit::host {

inline constexpr std::size_t question_max = 4096, answer_max = std::size_t{16} << 20;  // bytes, with the end of line

struct ControlPlace {
  std::string folder, context;
};

// $XDG_RUNTIME_DIR/tacit; without that variable /run/tacit for root, and /tmp/tacit-UID for others.
ControlPlace control_place(const Sources&, std::string context);

// The socket of this process, until the server dies. Whoever asks has to be the same user, or root; only so many ask
// at once, each for so long, and a question has its largest size. Everybody else is hung up on.
class ControlServer {
 public:
  using Reply = std::function<void(std::string answer)>;  // without the end of line; may be called later, once
  using Answer = std::function<void(const std::string& question, Reply)>;

  // The folder is made, and has to be ours and closed to others. Sockets of processes that died are removed from it.
  // Gives cannot_write.
  static Attempt<std::unique_ptr<ControlServer>> open(const asio::any_io_executor&, const ControlPlace&, Answer);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  const std::string& path() const;

 private:
  struct State;
  explicit ControlServer(std::shared_ptr<State>);
  std::shared_ptr<State> state_;
};

// The answers of all processes of this context that answer in time, in the order of their numbers; an answer that is
// larger than answer_max is none. Waits, so it is for programs that have nothing else to do.
std::vector<std::string> ask_all(const ControlPlace&, const std::string& question, std::chrono::milliseconds at_most);

}  // namespace tacit::host
