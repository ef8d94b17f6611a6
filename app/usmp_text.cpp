#include "app/usmp_text.hpp"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/failure.hpp"
#include "tacit/base/utf8.hpp"
#include "tacit/host/base64.hpp"

namespace tacit::app {

std::string_view word_of(usmp::Transport transport) { return transport == usmp::Transport::stream ? "tcp" : "udp"; }

std::string word_of(const host::UsmpServer::SessionName& name) {
  return std::to_string(name.shard) + "-" + std::to_string(name.session.slot) + "-" +
         std::to_string(name.session.generation);
}

nlohmann::ordered_json event_json(const char* event) {
  std::timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::tm utc{};
  ::gmtime_r(&now.tv_sec, &utc);
  std::array<char, 64> time{};
  const std::size_t size = std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(time.data() + size, time.size() - size, ".%06ldZ", now.tv_nsec / 1000);
  return {{"v", 1}, {"time", time.data()}, {"event", event}};
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

void print_line(const std::string& line) {
  const std::string text = line + '\n';
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Failure{ExitCode::other, "cannot_write", "standard output cannot be written", ""};
}

}  // namespace tacit::app
