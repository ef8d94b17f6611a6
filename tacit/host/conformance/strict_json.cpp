#include "tacit/host/conformance/strict_json.hpp"

#include <algorithm>
#include <set>

#include "tacit/host/hex.hpp"
#include "tacit/host/nearest.hpp"

namespace tacit::host::conformance {
namespace {

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto watch = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(parsed.get<std::string>()).second)
      throw BadFile{
          {Fault::bad_syntax, file + ": the name " + in_quotes(parsed.get<std::string>()) + " comes twice", ""}};
    return true;
  };
  try {
    return nlohmann::json::parse(text, watch);
  } catch (const nlohmann::json::exception& error) {
    throw BadFile{{Fault::bad_syntax, file + ": is not UTF-8 JSON: " + error.what(), ""}};
  }
}

void Value::has_members(std::initializer_list<std::string_view> required,
                        std::initializer_list<std::string_view> optional) const {
  if (!json_->is_object()) refuse(Fault::wrong_type, "has to be an object");
  std::vector<std::string> known(required.begin(), required.end());
  known.insert(known.end(), optional.begin(), optional.end());
  for (const auto& member : json_->items())
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      refuse(Fault::unknown_name, "there is no member " + in_quotes(member.key()) + suggestion(member.key(), known));
  for (const std::string_view name : required) (void)(*this)[name];
}

Value Value::operator[](std::string_view member) const {
  auto value = find(member);
  if (!value) refuse(Fault::missing_member, "has no " + std::string(member));
  return *value;
}

std::optional<Value> Value::find(std::string_view member) const {
  if (!json_->is_object()) refuse(Fault::wrong_type, "has to be an object");
  const auto found = json_->find(std::string(member));
  if (found == json_->end()) return std::nullopt;
  const char* joint = place_.ends_with(": ") ? "" : ".";
  return Value(*found, place_ + joint + std::string(member));
}

std::vector<std::pair<std::string, Value>> Value::members() const {
  if (!json_->is_object()) refuse(Fault::wrong_type, "has to be an object");
  std::vector<std::pair<std::string, Value>> result;
  for (const auto& member : json_->items()) result.emplace_back(member.key(), (*this)[member.key()]);
  return result;
}

std::vector<Value> Value::elements() const {
  if (!json_->is_array()) refuse(Fault::wrong_type, "has to be an array");
  std::vector<Value> result;
  for (std::size_t i = 0; i < json_->size(); ++i)
    result.emplace_back((*json_)[i], place_ + "[" + std::to_string(i) + "]");
  return result;
}

std::string Value::text() const {
  if (!json_->is_string()) refuse(Fault::wrong_type, "has to be a text");
  return json_->get<std::string>();
}

bool Value::truth() const {
  if (!json_->is_boolean()) refuse(Fault::wrong_type, "has to be true or false");
  return json_->get<bool>();
}

std::int64_t Value::number() const {
  if (!json_->is_number_integer()) refuse(Fault::wrong_type, "has to be a whole number");
  if (json_->is_number_unsigned() && json_->get<std::uint64_t>() > INT64_MAX)
    refuse(Fault::out_of_range, "is too large a number");
  return json_->get<std::int64_t>();
}

std::uint64_t Value::number_up_to(std::uint64_t max) const {
  if (!json_->is_number_integer()) refuse(Fault::wrong_type, "has to be a whole number");
  if (!json_->is_number_unsigned() || json_->get<std::uint64_t>() > max)
    refuse(Fault::out_of_range, "is not in 0 to " + std::to_string(max));
  return json_->get<std::uint64_t>();
}

ByteString Value::hex() const {
  const std::string digits = text();
  ByteString bytes(digits.size() / 2);
  const bool upper_case = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  if (upper_case || digits.size() % 2 != 0 || !decode_hex(digits, bytes))
    refuse(Fault::bad_encoding, "is not hexadecimal in lower-case pairs");
  return bytes;
}

ByteString Value::hex_of(std::size_t size) const {
  ByteString bytes = hex();
  if (bytes.size() != size) refuse(Fault::wrong_length, "is not " + std::to_string(size) + " bytes");
  return bytes;
}

std::size_t Value::one_of(std::span<const std::string_view> words) const {
  const std::string word = text();
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end())
    refuse(Fault::unknown_name, "does not know the word " + in_quotes(word) +
                                    suggestion(word, std::vector<std::string>(words.begin(), words.end())));
  return static_cast<std::size_t>(found - words.begin());
}

std::string Value::label() const { return json_->is_string() ? text() : json_->dump(); }

void Value::refuse(Fault fault, const std::string& why) const {
  throw BadFile{{fault, place_ + (place_.ends_with(": ") ? "" : " ") + why, ""}};
}

}  // namespace tacit::host::conformance
