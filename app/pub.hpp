#pragma once
#include <optional>
#include <string>

#include "app/nomq_join.hpp"

namespace tacit::app {

enum class MessageFrom : std::uint8_t { argument, file, lines, stdin_whole, nothing };

struct PubOptions {
  NomqFlags join;
  std::string channel;
  MessageFrom from = MessageFrom::argument;
  std::string message;  // of -m, or what is in the file; not of lines
  nomq::Qos qos = nomq::Qos::at_most_once;
  bool retain = false, stay = false, quiet = false, json = false;
  std::uint8_t priority = 0;
  std::uint16_t ttl_s = nomq::ttl_default_s;
  std::uint32_t repeat = 1;
  double repeat_delay_s = 0;
  std::optional<double> wait_s;
};

// Publishes, waits for how it ends, and stays where that was asked for.
ExitCode publish(Program&, const PubOptions&);

}  // namespace tacit::app
