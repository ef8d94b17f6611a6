#include "app/line_editor.hpp"

#include <histedit.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>

#include "tacit/port/linux/poller.hpp"
#include "tacit/port/linux/watch.hpp"

namespace tacit::app {
namespace {

constexpr int remembered_lines = 1000;

}  // namespace

struct LineEditor::State {
  State(const asio::any_io_executor& its_executor, std::string its_prompt, std::string its_file)
      : executor(its_executor), prompt(std::move(its_prompt)), history_file(std::move(its_file)) {
    std::setlocale(LC_CTYPE, "");  // which bytes are one character
    history(past, &event, H_SETSIZE, remembered_lines);
    history(past, &event, H_SETUNIQUE, 1);
    if (!history_file.empty()) history(past, &event, H_LOAD, history_file.c_str());
    el_set(editor, EL_CLIENTDATA, this);
    el_set(
        editor, EL_PROMPT, +[](EditLine* it) {
          void* self = nullptr;
          el_get(it, EL_CLIENTDATA, &self);
          return static_cast<State*>(self)->prompt.data();
        });
    el_set(editor, EL_HIST, history, past);
    el_set(editor, EL_EDITOR, "emacs");
    el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(editor, nullptr);  // ~/.editrc
  }

  ~State() {
    watch.reset();
    el_set(editor, EL_UNBUFFERED, 0);
    el_end(editor);
    if (!history_file.empty()) history(past, &event, H_SAVE, history_file.c_str());
    history_end(past);
  }

  void start() {
    std::error_code error;
    poller.add(STDIN_FILENO, this, error);
    el_set(editor, EL_UNBUFFERED, 1);  // el_gets() returns after each key; and the prompt is drawn
    watch.emplace(executor, poller.fd(), [this] { key(); });
  }

  void key() {
    int size = 0;
    const char* line = el_gets(editor, &size);
    if (!line || size == 0) return;  // nothing is left of it
    const std::string_view text(line, static_cast<std::size_t>(size));
    if (text == "\004") return end();
    if (text.back() != '\n') return;
    const std::string whole(text.substr(0, text.size() - 1));
    if (!whole.empty()) history(past, &event, H_ENTER, whole.c_str());
    el_set(editor, EL_UNBUFFERED, 0);  // that line is over
    el_set(editor, EL_UNBUFFERED, 1);
    typed(whole);
  }

  void end() {
    watch.reset();
    std::fputs("\n", stdout);
    typed(std::nullopt);
  }

  asio::any_io_executor executor;
  std::string prompt, history_file;
  HistEvent event{};
  History* past = history_init();
  EditLine* editor = el_init("tacit", stdin, stdout, stderr);
  linux_port::Poller poller;  // of which the descriptor can be made non-blocking; a shell shares that of the terminal
  std::optional<linux_port::Watch> watch;
  std::function<void(std::optional<std::string>)> typed;
};

bool LineEditor::is_possible() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

LineEditor::LineEditor(const asio::any_io_executor& executor, std::string prompt, std::string history_file)
    : state_(std::make_unique<State>(executor, std::move(prompt), std::move(history_file))) {}

LineEditor::~LineEditor() = default;

void LineEditor::start(std::function<void(std::optional<std::string>)> typed) {
  state_->typed = std::move(typed);
  state_->start();
}

// To the left and clear the line: what was typed is drawn again below.
void LineEditor::print(const std::string& lines) {
  std::fputs(("\r\033[K" + lines).c_str(), stdout);
  std::fflush(stdout);
  el_set(state_->editor, EL_REFRESH);
}

}  // namespace tacit::app
