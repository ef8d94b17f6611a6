#include "app/outline.hpp"

#include <algorithm>

#include "app/exit_code.hpp"

namespace tacit::app {
namespace {

std::string indented(const std::string& lines) {
  std::string out;
  std::size_t start = 0;
  while (start < lines.size()) {
    const auto end = std::min(lines.find('\n', start), lines.size());
    out += "  " + lines.substr(start, end - start) + "\n";
    start = end + 1;
  }
  return out;
}

// Two columns; a label that is too long has a line of its own. Sentences are folded at 100 characters.
std::string row(const std::string& label, const std::string& sentence) {
  constexpr std::size_t column = 28, right = 100;
  std::string out = "  " + label;
  std::size_t at = out.size();
  if (at + 2 > column) {
    out += '\n';
    at = 0;
  }
  out.append(column - at, ' ');
  at = column;
  for (std::size_t start = 0; start < sentence.size();) {
    const auto end = std::min(sentence.find(' ', start), sentence.size());
    const std::string word = sentence.substr(start, end - start);
    if (at > column && at + 1 + word.size() > right) {
      out += '\n' + std::string(column, ' ');
      at = column;
    } else if (at > column) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    start = end + 1;
  }
  return out + '\n';
}

std::string rows(const std::string& heading, const std::vector<OptionOutline>& options, bool everywhere) {
  std::string out;
  for (const OptionOutline& option : options) {
    if (option.everywhere == everywhere) out += row(label_of(option), option.sentence);
  }
  return out.empty() ? "" : "\n" + heading + ":\n" + out;
}

std::string exit_code_rows() {
  std::string out = "\nExit codes:\n";
  for (const ExitCodeMeaning& one : exit_codes)
    out += row(std::to_string(static_cast<int>(one.code)), std::string(one.meaning));
  return out;
}

}  // namespace

std::vector<std::string> choices_of(const OptionOutline& option) {
  std::vector<std::string> words;
  if (option.value.find('|') == std::string::npos) return words;
  for (std::size_t start = 0; start <= option.value.size();) {
    const auto end = std::min(option.value.find('|', start), option.value.size());
    words.push_back(option.value.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

bool is_file(const OptionOutline& option) { return option.value == "FILE" || option.value == "FOLDER"; }

std::string usage_of(const CommandOutline& command) {
  std::string out = command.path;
  if (!command.options.empty()) out += " [OPTION...]";
  if (!command.commands.empty()) out += " COMMAND";
  for (const OptionOutline& argument : command.arguments) out += " " + label_of(argument);
  return out;
}

std::string label_of(const OptionOutline& option) {
  if (option.names.empty()) {
    const std::string value = option.value + (option.repeatable ? "..." : "");
    return option.required ? value : "[" + value + "]";
  }
  std::string out;
  for (const std::string& name : option.names) out += (out.empty() ? "" : ", ") + name;
  return option.value.empty() ? out : out + " " + option.value;
}

std::string help_of(const CommandOutline& command) {
  std::string out = command.path + ": " + command.sentence + "\n";
  if (!command.examples.empty()) out += "\nExamples:\n" + indented(command.examples);
  out += "\nUsage: " + usage_of(command) + "\n";
  if (!command.commands.empty()) {
    out += "\nCommands:\n";
    for (const CommandOutline& one : command.commands) out += row(one.name, one.sentence);
  }
  out += rows("Arguments", command.arguments, false);
  out += rows("Options", command.options, false);
  out += rows("Everywhere", command.options, true);
  const bool is_root = command.path == command.name;
  return is_root ? out + exit_code_rows() : out;
}

}  // namespace tacit::app
