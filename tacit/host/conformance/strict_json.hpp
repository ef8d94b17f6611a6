#pragma once
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/host/problem.hpp"

// JSON of which nothing is forgiven: a vector file with a member that nobody reads would look as if it had been
// checked.
namespace tacit::host::conformance {

using ByteString = std::vector<std::uint8_t>;

// What is wrong with a file, and where. Thrown by everything here, caught by read_vector_file().
struct BadFile {
  Problem problem;
};

// UTF-8 JSON (RFC 8259). Refuses, as bad_syntax, an object that has a name twice: the parser would keep the last.
nlohmann::json parse_json(std::string_view text, const std::string& file);

// A value and where it lies: "nomq.json: receive[3].now". Lives as long as the JSON it looks at. What is not as
// asked for is a BadFile: wrong_type, out_of_range, bad_encoding, unknown_name, missing_member.
class Value {
 public:
  Value(const nlohmann::json& json, std::string place) : json_(&json), place_(std::move(place)) {}

  // An object with all of `required` and nothing that is in neither list.
  void has_members(std::initializer_list<std::string_view> required,
                   std::initializer_list<std::string_view> optional = {}) const;
  Value operator[](std::string_view member) const;             // missing_member
  std::optional<Value> find(std::string_view member) const;    // nothing where it is absent
  std::vector<std::pair<std::string, Value>> members() const;  // of an object
  std::vector<Value> elements() const;                         // of an array

  bool is_null() const { return json_->is_null(); }
  std::string text() const;
  bool truth() const;
  std::int64_t number() const;
  std::uint64_t number_up_to(std::uint64_t max) const;                // not negative
  ByteString hex() const;                                             // lower-case pairs
  ByteString hex_of(std::size_t bytes) const;                         // … exactly so many
  std::size_t one_of(std::span<const std::string_view> words) const;  // its place among them

  // For a report, whatever it is.
  std::string label() const;
  const std::string& place() const { return place_; }
  [[noreturn]] void refuse(Fault, const std::string& why) const;

 private:
  const nlohmann::json* json_;
  std::string place_;
};

// Each element of the array `name`, which may be absent.
template <class Vector>
std::vector<Vector> read_section(const Value& top, std::string_view name, Vector (*read)(const Value&)) {
  std::vector<Vector> result;
  if (const auto section = top.find(name))
    for (const Value& element : section->elements()) result.push_back(read(element));
  return result;
}

}  // namespace tacit::host::conformance
