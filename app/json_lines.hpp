#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tacit/base/bytes.hpp"

// JSON Lines, as commands with --json print what happens.
namespace tacit::app {

// {"v":1,"time":…,"event":EVENT}, to which members are added.
nlohmann::ordered_json event_json(const char* event);
// "payload" where it is text, and otherwise "payload_b64": a payload is never shown as an empty one.
void add_payload(nlohmann::ordered_json&, Bytes payload);

// One line of JSON; bytes that are no text are replaced.
std::string line_of(const nlohmann::ordered_json&);

// A line on standard output, at once. Fails where that cannot be written.
void print_line(const std::string&);

}  // namespace tacit::app
