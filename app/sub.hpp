#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/nomq_join.hpp"

namespace tacit::app {

struct SubOptions {
  NomqFlags join;
  std::vector<std::string> channels;  // names, and patterns
  std::vector<std::string> without;   // -T: of these nothing is printed
  std::vector<std::string> never;     // -U: these are not subscribed to, whatever matches
  std::vector<std::string> names;     // that patterns may match, beside those that peers name
  std::optional<std::string> format;
  bool verbose = false, json = false, pretty = false, quiet = false, no_newline = false, no_retained = false;
  bool asks_for_qos = false;
  std::uint8_t priority = 0;
  std::optional<std::uint64_t> count;
  std::optional<double> wait_s;
};

// Prints what arrives, until a signal, -C or -W.
ExitCode subscribe(Program&, const SubOptions&);

}  // namespace tacit::app
