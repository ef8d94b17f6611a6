#include "app/json_lines.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/failure.hpp"
#include "app/message_format.hpp"
#include "app/wall_time.hpp"
#include "tacit/base/utf8.hpp"
#include "tacit/host/base64.hpp"

namespace tacit::app {

nlohmann::ordered_json event_json(const char* event) {
  return {{"v", 1}, {"time", rfc3339_with_us(wall_time())}, {"event", event}};
}

void add_payload(nlohmann::ordered_json& json, Bytes payload) {
  if (is_utf8(payload)) {
    json["payload"] = text_of(payload);
    return;
  }
  std::string text(host::base64_length(host::Base64::standard, payload.size()), '\0');
  (void)host::encode_base64(host::Base64::standard, payload, text);
  json["payload_b64"] = text;
}

std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void print_line(const std::string& line) {
  const std::string text = line + '\n';
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Failure{ExitCode::other, "cannot_write", "standard output cannot be written", ""};
}

}  // namespace tacit::app
