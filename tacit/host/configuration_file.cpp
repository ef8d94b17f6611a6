#include "tacit/host/configuration_file.hpp"

#include <vector>

#include "tacit/host/nearest.hpp"
#include "tacit/host/private_file.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace tacit::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file = 256 * 1024;

class Reader {
 public:
  Reader(const fs::path& path, std::string home) : path_(path), home_(std::move(home)) {}

  Attempt<ConfigurationFile> read(const toml::table& table) const;

 private:
  std::string place(const toml::source_region& source) const {
    return path_.string() + ":" + std::to_string(source.begin.line);
  }
  Attempt<Setting> read_setting(const toml::key& key, const toml::node& node,
                                const std::vector<SettingForm>& forms) const;
  Attempt<Settings> read_context(const toml::table& table) const;
  std::string resolved(const std::string& file) const;

  const fs::path& path_;
  std::string home_;
};

// A Value, or nothing where no setting can have such a type.
std::optional<Value> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  const auto* array = node.as_array();
  if (!array) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& one : *array) {
    if (!one.is_string()) return std::nullopt;
    texts.push_back(one.as_string()->get());
  }
  return texts;
}

Attempt<ConfigurationFile> Reader::read(const toml::table& table) const {
  ConfigurationFile file;
  for (const auto& [key, node] : table) {
    if (key.str() == "context" && node.is_table()) {
      for (const auto& [name, inner] : *node.as_table()) {
        if (!inner.is_table()) {
          return Problem{Fault::wrong_type,
                         place(name.source()) + ": [context] holds tables, as in [context.lab]; " +
                             std::string(name.str()) + " is none",
                         ""};
        }
        auto settings = read_context(*inner.as_table());
        if (!settings) return settings.error();
        file.contexts.emplace(name.str(), *std::move(settings));
      }
      continue;
    }
    if (key.str() == "context") {
      return Problem{Fault::wrong_type, place(key.source()) + ": context is a table, as in [context.lab]",
                     "The context to use when none is named is called default_context."};
    }
    auto setting = read_setting(key, node, general_settings());
    if (!setting) return setting.error();
    file.general.emplace(key.str(), *std::move(setting));
  }
  return file;
}

Attempt<Settings> Reader::read_context(const toml::table& table) const {
  Settings settings;
  for (const auto& [key, node] : table) {
    auto setting = read_setting(key, node, context_settings());
    if (!setting) return setting.error();
    settings.emplace(key.str(), *std::move(setting));
  }
  return settings;
}

Attempt<Setting> Reader::read_setting(const toml::key& key, const toml::node& node,
                                      const std::vector<SettingForm>& forms) const {
  const std::string where = place(key.source());
  const auto form = setting_named(key.str(), forms, where);
  if (!form) return form.error();
  auto read = value_of(node);
  if (!read) return wrong_type(*form, where);
  auto value = checked(*form, *std::move(read), where);
  if (!value) return value.error();
  if (form->type == SettingType::path) *value = resolved(std::get<std::string>(*value));
  return Setting{*std::move(value), where};
}

std::string Reader::resolved(const std::string& file) const {
  if (file.starts_with("~/") && !home_.empty()) return (fs::path(home_) / file.substr(2)).string();
  return (path_.parent_path() / file).lexically_normal().string();  // an absolute one stays as it is
}

}  // namespace

Attempt<ConfigurationFile> read_configuration_file(const fs::path& path, const std::string& home) {
  std::vector<std::uint8_t> room(max_file);
  const auto file = read_file(path.string(), room);
  if (!file) return file.error();
  return read_configuration(text_of(file->bytes), path, home);
}

Attempt<ConfigurationFile> read_configuration(std::string_view text, const fs::path& path, const std::string& home) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Problem{
        Fault::bad_syntax,
        path.string() + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()), ""};
  }
  return Reader(path, home).read(parsed.table());
}

}  // namespace tacit::host
