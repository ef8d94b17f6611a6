#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/e2e_join.hpp"
#include "app/message_format.hpp"
#include "app/nomq_join.hpp"

namespace tacit::app {

struct SubOptions {
  NomqFlags join;
  E2eFlags broker;
  std::vector<std::string> channels;  // names, and patterns
  std::vector<std::string> without;   // -T: of these nothing is printed
  std::vector<std::string> never;     // -U: these are not subscribed to, whatever matches
  std::vector<std::string> names;     // that patterns may match, beside those that peers name
  std::optional<std::string> format;
  bool verbose = false, json = false, pretty = false, quiet = false, no_newline = false, no_retained = false;
  std::optional<int> qos;
  std::uint8_t priority = 0;
  std::optional<std::uint64_t> count;
  std::optional<double> wait_s;
};

// Each prints what arrives, until a signal, -C or -W.
ExitCode subscribe_nomq(Program&, const SubOptions&);
ExitCode subscribe_e2e(Program&, const SubOptions&);

// Of -F, or what stands for it.
std::string format_of(const SubOptions&);
// As --json or the format says. Fails where standard output cannot be written.
void print(const SubOptions&, const MessageFormat&, const Received&);

}  // namespace tacit::app
