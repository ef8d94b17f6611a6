#include "tacit/host/device_lines.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "tacit/host/base64.hpp"
#include "tacit/host/key_file.hpp"
#include "tacit/host/nearest.hpp"

namespace tacit::host {
namespace {

using nlohmann::json;

// Thrown by everything that reads, caught by read_device_lines().
struct BadLine {
  Problem problem;
};

const std::vector<std::string> members{"v",
                                       "id",
                                       "name",
                                       "psk",
                                       "psk_file",
                                       "next_psk",
                                       "next_psk_file",
                                       "rotation_deadline",
                                       "wire1_allowed",
                                       "state",
                                       "created",
                                       "rotated",
                                       "last_seen",
                                       "last_address",
                                       "last_wire"};

// One object, and where it is.
class Line {
 public:
  Line(json& object, std::string where) : object_(&object), where_(std::move(where)) {}

  [[noreturn]] void refuse(Fault fault, const std::string& what) const {
    throw BadLine{{fault, where_ + ": " + what, ""}};
  }
  const std::string& where() const { return where_; }

  json* find(const char* name) const {
    const auto found = object_->find(name);
    return found == object_->end() ? nullptr : &*found;
  }
  json& demand(const char* name) const {
    json* value = find(name);
    if (value == nullptr) refuse(Fault::missing_member, std::string("has no ") + name);
    return *value;
  }
  std::string& text(const char* name, json& value) const {
    if (!value.is_string()) refuse(Fault::wrong_type, std::string(name) + " has to be a text");
    return value.get_ref<std::string&>();
  }
  std::int64_t number(const char* name, const json& value) const {
    if (!value.is_number_integer()) refuse(Fault::wrong_type, std::string(name) + " has to be a whole number");
    return value.get<std::int64_t>();
  }
  void knows_all_members() const {
    for (const auto& member : object_->items())
      if (std::ranges::find(members, member.key()) == members.end())
        refuse(Fault::unknown_name,
               "there is no member " + json(member.key()).dump() + suggestion(member.key(), members));
  }

 private:
  json* object_;
  std::string where_;
};

json parse(std::string_view text, const std::string& where) {
  std::set<std::string> names;
  bool twice = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::key && depth == 1) twice |= !names.insert(parsed.get<std::string>()).second;
    return true;
  };
  json object = json::parse(text, watch, false);
  if (object.is_discarded()) throw BadLine{{Fault::bad_syntax, where + ": is not JSON", ""}};
  if (!object.is_object()) throw BadLine{{Fault::bad_syntax, where + ": is not a JSON object", ""}};
  if (twice) throw BadLine{{Fault::bad_syntax, where + ": a member comes twice", ""}};
  return object;
}

// "2026-11-22T02:30:00Z" and no other form; nothing here happened before 1970.
std::optional<std::time_t> time_from(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!day.ok() || number(0, 4) < 1970 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto days = std::chrono::sys_days(day).time_since_epoch().count();
  return std::time_t{days} * 86'400 + hour * 3600 + minute * 60 + second;
}

std::optional<std::time_t> time_of(const Line& line, const char* name) {
  json* value = line.find(name);
  if (value == nullptr) return std::nullopt;
  const auto time = time_from(line.text(name, *value));
  if (!time) line.refuse(Fault::out_of_range, std::string(name) + " has to be a time like 2026-11-22T02:30:00Z");
  return time;
}

Psk psk_in(const Line& line, const char* name, json& value) {
  std::string& text = line.text(name, value);
  if (text.size() > base64_length(Base64::url, Psk::size_max))
    line.refuse(Fault::wrong_length, std::string(name) + " is longer than 64 bytes");
  Secret<2 * Psk::size_max> room;
  const auto bytes = decode_base64(Base64::url, text, room.fill());
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!bytes) line.refuse(Fault::bad_encoding, std::string(name) + " is not base64url");
  auto key = psk_from(*bytes, line.where());
  if (!key) throw BadLine{key.error()};
  return *std::move(key);
}

std::optional<KeySource> key_from(const Line& line, const char* psk, const char* file) {
  json *const secret = line.find(psk), *const path = line.find(file);
  if (secret && path) line.refuse(Fault::unknown_name, std::string("has both ") + psk + " and " + file);
  if (secret) return psk_in(line, psk, *secret);
  if (!path) return std::nullopt;
  const std::string& name = line.text(file, *path);
  if (!name.starts_with('/') || name.find('\0') != std::string::npos)
    line.refuse(Fault::out_of_range, std::string(file) + " has to be an absolute path");
  return KeyReference{name};
}

bool truth_of(const Line& line, const char* name) {
  const json* value = line.find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) line.refuse(Fault::wrong_type, std::string(name) + " has to be true or false");
  return value->get<bool>();
}

bool revoked_in(const Line& line) {
  json* value = line.find("state");
  if (value == nullptr) return false;
  const std::string& state = line.text("state", *value);
  if (state != "active" && state != "revoked") line.refuse(Fault::out_of_range, "state has to be active or revoked");
  return state == "revoked";
}

std::optional<std::uint8_t> wire_in(const Line& line) {
  const json* value = line.find("last_wire");
  if (value == nullptr) return std::nullopt;
  const std::int64_t wire = line.number("last_wire", *value);
  if (wire != 1 && wire != 2) line.refuse(Fault::out_of_range, "last_wire has to be 1 or 2");
  return static_cast<std::uint8_t>(wire);
}

DeviceWithKeys device_in(const Line& line, std::time_t now) {
  line.knows_all_members();
  if (line.number("v", line.demand("v")) != 1)
    line.refuse(Fault::out_of_range, "v has to be 1: a newer Tacit may know others");
  const auto id = device_id_from(line.text("id", line.demand("id")));
  if (!id) line.refuse(Fault::out_of_range, "id has to be six bytes like 00:1a:2b:3c:4d:5e");
  const std::string& name = line.text("name", line.demand("name"));
  if (const auto right = check_device_name(name, line.where()); !right) throw BadLine{right.error()};
  auto key = key_from(line, "psk", "psk_file");
  if (!key) line.refuse(Fault::missing_member, "has no psk");

  DeviceWithKeys one{.device = {.id = *id, .name = name}, .key = *std::move(key)};
  one.next_key = key_from(line, "next_psk", "next_psk_file");
  Device& device = one.device;
  device.rotation_deadline = time_of(line, "rotation_deadline");
  if (one.next_key.has_value() != device.rotation_deadline.has_value())
    line.refuse(Fault::missing_member, "next_psk and rotation_deadline belong together");
  device.revoked = revoked_in(line);
  device.wire1_allowed = truth_of(line, "wire1_allowed");
  device.created = time_of(line, "created").value_or(now);
  device.rotated = time_of(line, "rotated");
  device.last_seen = time_of(line, "last_seen");
  device.last_wire = wire_in(line);
  if (json* address = line.find("last_address")) {
    device.last_address = line.text("last_address", *address);
    if (device.last_address.size() > 64) line.refuse(Fault::out_of_range, "last_address is longer than any address");
  }
  return one;
}

// `name`, or `name` and "_file".
void append_key(const std::string& name, const KeySource& source, SecretString& out) {
  out.append(",\"").append(name);
  if (const auto* reference = std::get_if<KeyReference>(&source)) {
    out.append("_file\":").append(json(reference->path).dump(-1, ' ', false, json::error_handler_t::replace));
    return;
  }
  out.append("\":\"");
  const Bytes psk = std::get<Psk>(source).reveal();
  const std::size_t at = out.size();
  out.resize(at + base64_length(Base64::url, psk.size()));
  encode_base64(Base64::url, psk, std::span<char>(out).subspan(at));
  out.append("\"");
}

}  // namespace

void append_device_line(const DeviceWithKeys& one, SecretString& out) {
  const Device& device = one.device;
  out.append(R"({"v":1,"id":")").append(to_text(device.id)).append(R"(","name":)").append(json(device.name).dump());
  append_key("psk", one.key, out);
  if (one.next_key) append_key("next_psk", *one.next_key, out);

  nlohmann::ordered_json rest;
  if (device.rotation_deadline) rest["rotation_deadline"] = rfc3339(*device.rotation_deadline);
  rest["wire1_allowed"] = device.wire1_allowed;
  rest["state"] = device.revoked ? "revoked" : "active";
  rest["created"] = rfc3339(device.created);
  if (device.rotated) rest["rotated"] = rfc3339(*device.rotated);
  if (device.last_seen) rest["last_seen"] = rfc3339(*device.last_seen);
  if (!device.last_address.empty()) rest["last_address"] = device.last_address;
  if (device.last_wire) rest["last_wire"] = *device.last_wire;
  const std::string text = rest.dump(-1, ' ', false, json::error_handler_t::replace);
  out.append(",").append(std::string_view(text).substr(1)).append("\n");
}

Attempt<std::vector<DeviceWithKeys>> read_device_lines(std::string_view text, const std::string& where,
                                                       std::time_t now) {
  std::vector<DeviceWithKeys> devices;
  try {
    for (std::size_t number = 1; !text.empty(); ++number) {
      const auto end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      const std::string place = where + ":" + std::to_string(number);
      json object = parse(line, place);
      devices.push_back(device_in(Line(object, place), now));
    }
  } catch (const BadLine& bad) { return bad.problem; }
  return devices;
}

}  // namespace tacit::host
