#pragma once
#include <optional>
#include <string>

#include "app/e2e_join.hpp"
#include "app/nomq_join.hpp"

namespace tacit::app {

enum class MessageFrom : std::uint8_t { argument, lines, nothing };

struct PubOptions {
  NomqFlags join;
  E2eFlags broker;
  std::string channel;
  MessageFrom from = MessageFrom::argument;
  std::string message;  // of -m, or what is in the file or in standard input; not of lines
  nomq::Qos qos = nomq::Qos::at_most_once;
  bool retain = false, stay = false, quiet = false, json = false;
  std::uint8_t priority = 0;
  std::uint16_t ttl_s = nomq::ttl_default_s;
  std::uint32_t repeat = 1;
  double repeat_delay_s = 0;
  std::optional<double> wait_s;
};

// Each publishes, and waits for how it ends. Without a broker it stays where that was asked for.
ExitCode publish_nomq(Program&, const PubOptions&);
ExitCode publish_e2e(Program&, const PubOptions&);

}  // namespace tacit::app
