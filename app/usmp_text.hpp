#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tacit/host/usmp_server.hpp"

// How the commands of USMP print what they have.
namespace tacit::app {

std::string_view word_of(usmp::Transport);                  // "tcp"
std::string word_of(const host::UsmpServer::SessionName&);  // "0-17-3": shard, place, how often that was taken

// {"v":1,"time":…,"event":EVENT}, to which members are added.
nlohmann::ordered_json event_json(const char* event);
// "payload" where it is text, and otherwise "payload_b64": a payload is never shown as an empty one.
void add_payload(nlohmann::ordered_json&, Bytes payload);

// A line on standard output, at once. Fails where that cannot be written.
void print_line(const std::string&);

}  // namespace tacit::app
