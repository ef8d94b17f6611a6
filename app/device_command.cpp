#include "app/device_command.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "tacit/base/bytes.hpp"
#include "tacit/host/base64.hpp"

namespace tacit::app {
namespace {

std::optional<std::string> text_in(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

std::optional<std::string> decoded(const std::string& text) {
  std::vector<std::uint8_t> room(text.size());
  const auto bytes = host::decode_base64(host::Base64::standard, text, room);
  return bytes ? std::optional(std::string(text_of(*bytes))) : std::nullopt;
}

std::optional<DeviceCommand> read_json(const std::string& line) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto device = text_in(json, "device");
  auto payload = text_in(json, "payload");
  if (const auto encoded = text_in(json, "payload_b64"); !payload && encoded) payload = decoded(*encoded);
  if (!device || !payload) return std::nullopt;
  return DeviceCommand{*device, *payload};
}

}  // namespace

std::optional<DeviceCommand> read_device_command(const std::string& line) {
  if (line.starts_with('{')) return read_json(line);
  const auto space = line.find(' ');
  if (space == 0 || line.empty()) return std::nullopt;
  if (space == std::string::npos) return DeviceCommand{line, ""};
  return DeviceCommand{line.substr(0, space), line.substr(space + 1)};
}

}  // namespace tacit::app
