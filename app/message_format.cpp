#include "app/message_format.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/failure.hpp"
#include "tacit/base/utf8.hpp"
#include "tacit/host/base64.hpp"
#include "tacit/host/hex.hpp"

namespace tacit::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view letters = "tpxXlmqrEIUjJKSH";
constexpr std::string_view of_mqtt_5_only = "ACDFPR";

struct Field {
  bool left = false, zeros = false;
  std::size_t width = 0;
  std::optional<std::size_t> most;
  char letter = 0, time = 0;  // the second after @
};

std::size_t number(std::string_view& text) {
  std::size_t value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(text.front() - '0'), 10'000);
    text.remove_prefix(1);
  }
  return value;
}

// What stands behind a %, taken off `text`; a letter of 0 where it is cut short.
Field take_field(std::string_view& text) {
  Field field;
  for (; !text.empty() && (text.front() == '-' || text.front() == '0'); text.remove_prefix(1))
    (text.front() == '-' ? field.left : field.zeros) = true;
  field.width = number(text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    field.most = number(text);
  }
  const auto take = [&] {
    const char c = text.empty() ? '\0' : text.front();
    if (!text.empty()) text.remove_prefix(1);
    return c;
  };
  field.letter = take();
  if (field.letter == '@') field.time = take();
  return field;
}

std::string fitted(std::string value, const Field& field) {
  if (field.most && value.size() > *field.most) value.resize(*field.most);
  if (value.size() >= field.width) return value;
  const std::string filling(field.width - value.size(), field.zeros && !field.left ? '0' : ' ');
  return field.left ? value + filling : filling + value;
}

char escaped(char letter) {
  switch (letter) {
    case '0': return '\0';
    case 'a': return '\a';
    case 'e': return '\x1b';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return letter;
  }
}

std::string formatted_time(const std::timespec& at, const char* format, bool utc) {
  std::tm parts{};
  if (utc) ::gmtime_r(&at.tv_sec, &parts);
  else ::localtime_r(&at.tv_sec, &parts);
  std::array<char, 128> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::string nanoseconds(const std::timespec& at) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%09ld", at.tv_nsec);
  return text.data();
}

std::string dumped(const ordered_json& json, int indent = -1) {
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

bool is_text(const Received& message) { return is_utf8(message.payload); }

template <class Number> std::string text_of_number(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "";
}

std::string base64(Bytes bytes) {
  std::string text(host::base64_length(host::Base64::standard, bytes.size()), '\0');
  (void)host::encode_base64(host::Base64::standard, bytes, text);
  return text;
}

// With mosquitto's members; a payload that is no text is never shown as an empty one.
std::string mosquitto_json(const Received& received, bool payload_is_json, bool pretty) {
  ordered_json json{{"tst", formatted_time(received.at, "%Y-%m-%dT%H:%M:%S", false) + "." +
                                nanoseconds(received.at).substr(0, 6) + formatted_time(received.at, "%z", false)},
                    {"topic", received.channel},
                    {"qos", received.qos.value_or(0)},
                    {"retain", received.retain ? 1 : 0},
                    {"payloadlen", received.payload.size()}};
  if (received.id && received.qos.value_or(0) > 0) json["mid"] = *received.id;
  const std::string_view text = text_of(received.payload);
  if (!is_text(received)) {
    json["payload_b64"] = base64(received.payload);
  } else if (payload_is_json) {
    auto payload = ordered_json::parse(text, nullptr, false);
    json["payload"] = payload.is_discarded() ? ordered_json(text) : std::move(payload);
  } else {
    json["payload"] = text;
  }
  return dumped(json, pretty ? 2 : -1);
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace

MessageFormat::MessageFormat(std::string format, bool pretty, std::string fingerprint)
    : format_(std::move(format)), pretty_(pretty), fingerprint_(std::move(fingerprint)) {
  for (std::string_view rest = format_; !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\' && (rest.empty() || std::string_view("0aenrtv\\").find(rest.front()) == std::string_view::npos))
      throw Failure{ExitCode::usage, "usage", "-F: a backslash is followed by one of 0 a e n r t v and \\", ""};
    if (c == '\\') rest.remove_prefix(1);
    if (c != '%') continue;
    const Field field = take_field(rest);
    const bool known = field.letter == '%' || (field.letter == '@' && field.time != 0) ||
                       (field.letter != 0 && (letters.find(field.letter) != std::string_view::npos ||
                                              of_mqtt_5_only.find(field.letter) != std::string_view::npos));
    if (!known)
      throw Failure{ExitCode::usage, "usage",
                    "-F: %" + (field.letter != 0 ? std::string(1, field.letter) : "") + " is no part of a format",
                    "tacit-sub(1) lists them."};
  }
}

std::string MessageFormat::operator()(const Received& received) const {
  std::string out;
  for (std::string_view rest = format_; !rest.empty();) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\') {
      out += escaped(rest.front());
      rest.remove_prefix(1);
    } else if (c != '%') {
      out += c;
    } else if (const Field field = take_field(rest); field.letter == '@') {
      const std::array format{'%', field.time, '\0'};
      out += formatted_time(received.at, format.data(), false);
    } else {
      out += fitted(value_of(field.letter, received), field);
    }
  }
  return out;
}

std::string MessageFormat::value_of(char letter, const Received& received) const {
  switch (letter) {
    case '%': return "%";
    case 't': return received.channel;
    case 'p': return std::string(text_of(received.payload));
    case 'x': return host::encode_hex(received.payload);
    case 'X': return upper(host::encode_hex(received.payload));
    case 'l': return std::to_string(received.payload.size());
    case 'm': return text_of_number(received.id);
    case 'q': return text_of_number(received.qos);
    case 'r': return received.retain ? "1" : "0";
    case 'E': return text_of_number(received.ttl_s);
    case 'I': return formatted_time(received.at, "%Y-%m-%dT%H:%M:%S%z", false);
    case 'U': return std::to_string(received.at.tv_sec) + "." + nanoseconds(received.at);
    case 'j': return mosquitto_json(received, false, pretty_);
    case 'J': return mosquitto_json(received, true, pretty_);
    case 'K': return fingerprint_;
    case 'S': return received.sender;
    case 'H': return received.from;
    default: return {};
  }
}

std::string json_of(const Received& received) {
  ordered_json json{{"v", 1}, {"time", rfc3339_with_us(received.at)}, {"channel", received.channel}};
  if (is_text(received)) json["payload"] = text_of(received.payload);
  else json["payload_b64"] = base64(received.payload);
  if (received.qos) json["qos"] = *received.qos;
  json["retain"] = received.retain;
  if (received.priority) json["priority"] = *received.priority;
  if (received.ttl_s) json["ttl_s"] = *received.ttl_s;
  if (received.id) json["id"] = *received.id;
  if (!received.published.empty()) json["published"] = received.published;
  if (!received.sender.empty()) json["sender"] = received.sender;
  if (!received.from.empty()) json["from"] = received.from;
  if (received.maybe_repeated) json["maybe_repeated"] = true;
  return dumped(json);
}

std::string rfc3339_with_us(const std::timespec& at) {
  return formatted_time(at, "%Y-%m-%dT%H:%M:%S.", true) + nanoseconds(at).substr(0, 6) + "Z";
}

}  // namespace tacit::app
