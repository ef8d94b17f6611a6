#pragma once
#include <string>
#include <vector>

// What the command line consists of, apart from the library that parses it: help, manual and completion are
// all made from this.
namespace tacit::app {

struct OptionOutline {
  std::vector<std::string> names;  // "-o", "--out"; empty for an argument by its place
  std::string value;               // "FILE", "NUMBER"; "bash|zsh|fish" is a choice; empty for a switch
  std::string sentence;
  bool required = false, repeatable = false, everywhere = false;
};

struct CommandOutline {
  std::string name, path;  // "gen", "tacit key gen"
  std::string sentence;
  std::string examples;  // lines
  std::vector<OptionOutline> arguments, options;
  std::vector<CommandOutline> commands;
};

// The words of a choice; empty where the value is none.
std::vector<std::string> choices_of(const OptionOutline&);
bool is_file(const OptionOutline&);

std::string usage_of(const CommandOutline&);  // "tacit key gen [OPTION...] KIND [FILE]"
std::string label_of(const OptionOutline&);   // "-o, --out FILE", "[FILE]"

// What `--help` prints: what it is for, examples, then everything else.
std::string help_of(const CommandOutline&);

}  // namespace tacit::app
