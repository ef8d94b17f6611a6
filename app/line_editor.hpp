#pragma once
#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tacit::app {

// Lines that somebody types at a terminal, with editing and a history, while everything else goes on (libedit).
class LineEditor {
 public:
  // Whether standard input and output are a terminal that lines can be edited at.
  static bool is_possible();

  // What was typed is remembered in `history_file`, which its owner alone can read; empty: only as long as this lives.
  LineEditor(const asio::any_io_executor&, std::string prompt, std::string history_file);
  ~LineEditor();  // the terminal is as it was
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // From now on, for each line; nothing at Ctrl-D in an empty one, and that is the last. Called on the executor; it
  // must not destroy this.
  void start(std::function<void(std::optional<std::string>)> typed);

  // Above the line that is being typed. Whole lines, each with its end.
  void print(const std::string& lines);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tacit::app
