// What `tacit shell` does once its command line is understood.
#include <unistd.h>

#include <asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/e2e_session.hpp"
#include "app/json_lines.hpp"
#include "app/line_editor.hpp"
#include "app/message_format.hpp"
#include "app/nomq_join.hpp"
#include "app/printable.hpp"
#include "app/shell.hpp"
#include "app/stdin_lines.hpp"
#include "app/wall_time.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

constexpr std::chrono::milliseconds quiet_for{300};

// What was typed may be private, so nobody else can read the folder.
std::string history_file() {
  const std::filesystem::path folder = host::state_folder(host::system_sources());
  std::error_code error;
  if (std::filesystem::create_directories(folder, error))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return error ? "" : folder / "shell_history";
}

// Of an answer, with the end of its last line. A terminal obeys control characters, and they are the device's.
std::string lines_of(std::string_view answer, bool to_terminal) {
  std::string lines;
  while (!answer.empty()) {
    const auto end = std::min(answer.find('\n'), answer.size());
    const std::string_view line = answer.substr(0, end);
    lines += (to_terminal ? printable(line) : std::string(line)) + "\n";
    answer.remove_prefix(std::min(end + 1, answer.size()));
  }
  return lines;
}

class Shell {
 public:
  Shell(E2eSession& session, const ShellOptions& options)
      : session_(session), options_(options), lines_(session.io().get_executor()), timer_(session.io()) {}

  void start() {
    receive();
    session_.on_lost = [this] { show("(" + session_.broker() + " is lost; what is typed waits for it)\n"); };
    if (options_.command) return ask(*options_.command);
    if (!LineEditor::is_possible()) return next_line();
    session_.on_connected = [this] { editor_ ? show("(connected again)\n") : begin_editing(); };
  }

 private:
  // --- at a terminal: answers come when they come

  void begin_editing() {
    editor_.emplace(session_.io().get_executor(), options_.device + "> ", history_file());
    editor_->start([this](const std::optional<std::string>& line) {
      if (!line) return session_.end(ExitCode::ok);
      if (line->empty()) return;
      publish(*line, [](const Failure&) {});
    });
    show("connected to " + session_.broker() + "; Ctrl-D ends\n");
  }

  void show(const std::string& lines) {
    if (editor_) editor_->print(lines);
  }

  // --- from -e or standard input: the next command when the device has answered, and is quiet

  void next_line() {
    lines_.next([this](const std::optional<std::string>& line) {
      if (!line) return session_.end(code_);
      if (line->empty()) return next_line();
      ask(*line);
    });
  }

  void ask(const std::string& command) {
    answered_ = false;
    publish(command, [this](const Failure& failure) { finish(failure.code); });
  }

  void wait(std::chrono::milliseconds at_most) {
    timer_.expires_after(at_most);
    timer_.async_wait([this](std::error_code error) {
      if (error || session_.ended()) return;
      if (answered_) return finish(ExitCode::ok);
      if (!options_.quiet)
        tell({ExitCode::timed_out, "no_answer", printable(options_.device) + " did not answer",
              session_.hint().value_or("Is it on, and does it publish to " + options_.answers +
                                       "? `tacit sub -t '#' -v` "
                                       "shows all that is said under this key.")});
      finish(ExitCode::timed_out);
    });
  }

  void finish(ExitCode code) {
    if (code_ == ExitCode::ok) code_ = code;
    if (options_.command) session_.end(code_);
    else next_line();
  }

  // --- both

  void publish(const std::string& command, std::function<void(const Failure&)> failed) {
    session_.link().async_publish({.topic = options_.commands, .message = bytes_of(command)},
                                  [this, failed = std::move(failed)](std::error_code error) {
                                    if (session_.ended() || (error && !host::is_reason(error))) return;
                                    if (!error) return editor_ || answered_ ? void() : wait(patience());
                                    const Reason reason = host::reason_of(error);
                                    const Failure failure =
                                        failure_of(reason, exit_code_of_refusal(reason), options_.commands);
                                    if (editor_) return show("(" + failure.name + ": " + failure.what + ")\n");
                                    tell(failure);
                                    failed(failure);
                                  });
  }

  std::chrono::milliseconds patience() const {
    return std::chrono::milliseconds(static_cast<std::int64_t>(options_.wait_s * 1e3));
  }

  void receive() {
    session_.link().async_receive([this](std::error_code error, const host::E2e::Message& message) {
      if (error || session_.ended()) return;
      if (message.topic == options_.answers) print(message);
      receive();
    });
  }

  void print(const host::E2e::Message& message) {
    const std::string lines =
        options_.json ? json_line(message) : lines_of(message.text(), ::isatty(STDOUT_FILENO) == 1);
    if (editor_) return editor_->print(lines);
    if (!lines.empty()) print_line(lines.substr(0, lines.size() - 1));
    answered_ = true;
    wait(quiet_for);
  }

  std::string json_line(const host::E2e::Message& message) const {
    nlohmann::ordered_json json = event_json("answer");
    json["device"] = options_.device;
    json["sent"] = rfc3339_with_us(wall_time(message.sent_at));
    add_payload(json, message.payload);
    return line_of(json) + "\n";
  }

  E2eSession& session_;
  const ShellOptions& options_;
  StdinLines lines_;
  asio::steady_timer timer_;
  std::optional<LineEditor> editor_;
  bool answered_ = false;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace

ExitCode run_shell(Program& program, const ShellOptions& options) {
  if (const std::string via = via_of(program, ""); via != "e2e" && program.context().find("via"))
    throw Failure{ExitCode::usage, "not_supported",
                  program.context().find("via")->origin + ": this command speaks e2e, and the context " + via, ""};
  E2eJoin join = e2e_join(program, options.broker);
  join.options.hear = {options.answers};
  join.options.speak = {options.commands};
  E2eSession session(join, std::nullopt);
  Shell shell(session, options);
  shell.start();
  return session.run();
}

}  // namespace tacit::app
