#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tacit/host/problem.hpp"

// What can be configured. One table for the reader of files, for the environment, for `tacit config`, the
// manual and completion.
namespace tacit::host {

using Value = std::variant<std::string, std::int64_t, std::vector<std::string>>;

struct Setting {
  Value value;
  std::string origin;  // "/etc/tacit/lab.toml:3", "TACIT_PORT", "--port"
};
using Settings = std::map<std::string, Setting, std::less<>>;

enum class SettingType : std::uint8_t {
  text,
  path,    // a file; relative to the folder of the file that names it
  port,    // 1 to 65535
  number,  // 0 to 1,000,000; who uses it may allow less
  choice,  // one of a few words
  texts,   // a list
};

struct SettingForm {
  std::string_view name;
  SettingType type;
  std::string_view choices;      // "unix 2000 auto"
  std::string_view environment;  // the variable that overrides it, or empty
  std::string_view sentence;     // what it is for
};

const std::vector<SettingForm>& general_settings();  // at the top of a file
const std::vector<SettingForm>& context_settings();  // in [context.NAME]

// The form of that name, or unknown_name with the nearest known one. `where` begins the text of the Problem.
Attempt<SettingForm> setting_named(std::string_view name, const std::vector<SettingForm>&, const std::string& where);

// The value if it is one that the form allows; otherwise wrong_type or out_of_range.
Attempt<Value> checked(const SettingForm&, Value, const std::string& where);
Problem wrong_type(const SettingForm&, const std::string& where);

// The same from a text of the environment or the command line; a list is separated by commas.
Attempt<Value> value_from_text(const SettingForm&, const std::string& word, const std::string& where);

// As TOML writes it.
std::string toml_of(const Value&);

}  // namespace tacit::host
