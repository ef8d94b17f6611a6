#include "tacit/host/context.hpp"

#include <unistd.h>

#include <algorithm>

#include "tacit/host/configuration_file.hpp"
#include "tacit/host/nearest.hpp"

namespace tacit::host {
namespace {

namespace fs = std::filesystem;

const std::string* find(const Sources& sources, std::string_view name) {
  const auto found = sources.environment.find(name);
  return found == sources.environment.end() || found->second.empty() ? nullptr : &found->second;
}

// The *.toml of a folder, in the order of their names; none where the folder does not exist.
void append_folder(const fs::path& folder, std::vector<fs::path>& files) {
  std::vector<fs::path> here;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".toml") here.push_back(entry.path());
  }
  std::ranges::sort(here);
  files.insert(files.end(), here.begin(), here.end());
}

std::optional<fs::path> users_file(const Sources& sources) {
  if (const auto* file = find(sources, "TACIT_CONFIG")) return *file;
  // The XDG specification: a relative folder is to be ignored.
  const auto* xdg = find(sources, "XDG_CONFIG_HOME");
  if (xdg && fs::path(*xdg).is_absolute()) return fs::path(*xdg) / "tacit/config.toml";
  if (const auto* home = find(sources, "HOME")) return fs::path(*home) / ".config/tacit/config.toml";
  return std::nullopt;
}

Attempt<Settings> settings_of_environment(const Sources& sources, const std::vector<SettingForm>& forms) {
  Settings settings;
  for (const SettingForm& form : forms) {
    const auto* text = form.environment.empty() ? nullptr : find(sources, form.environment);
    if (!text) continue;
    const std::string variable(form.environment);
    auto value = value_from_text(form, *text, variable);
    if (!value) return value.error();
    settings.insert_or_assign(std::string(form.name), Setting{*std::move(value), variable});
  }
  return settings;
}

void lay_over(const Settings& upper, Settings& lower) {
  for (const auto& [name, setting] : upper) lower.insert_or_assign(name, setting);
}

}  // namespace

Sources system_sources() {
  Sources sources;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return sources;
}

std::string state_folder(const Sources& sources) {
  // The XDG specification: a relative folder is to be ignored.
  const auto* state = find(sources, "XDG_STATE_HOME");
  if (state && state->starts_with('/')) return *state + "/tacit";
  if (::geteuid() == 0) return "/var/lib/tacit";
  const auto* home = find(sources, "HOME");
  return (home ? *home : "") + "/.local/state/tacit";
}

std::vector<fs::path> configuration_files(const Sources& sources) {
  std::vector<fs::path> files{sources.root / "usr/lib/tacit/defaults.toml"};
  append_folder(sources.root / "etc/tacit", files);
  append_folder(sources.root / "etc/tacit/conf.d", files);
  if (const auto file = users_file(sources)) files.push_back(*file);
  return files;
}

Attempt<Configuration> Configuration::load(const Sources& sources) {
  Configuration configuration;
  const auto* demanded = find(sources, "TACIT_CONFIG");
  const auto* home = find(sources, "HOME");
  for (const fs::path& path : configuration_files(sources)) {
    std::error_code ignored;
    if (!fs::exists(path, ignored) && !(demanded && path == *demanded)) continue;
    auto file = read_configuration_file(path, home ? *home : "");
    if (!file) return file.error();
    lay_over(file->general, configuration.general_);
    for (const auto& [name, settings] : file->contexts) lay_over(settings, configuration.contexts_[name]);
    configuration.files_.push_back(path);
  }
  const auto general = settings_of_environment(sources, general_settings());
  if (!general) return general.error();
  lay_over(*general, configuration.general_);
  auto environment = settings_of_environment(sources, context_settings());
  if (!environment) return environment.error();
  configuration.environment_ = *std::move(environment);
  return configuration;
}

Attempt<Context> Configuration::context(const std::optional<std::string>& flag) const {
  const auto chosen = flag ? Setting{*flag, "--context"} : general("default_context").value_or(Setting{"default", ""});
  const auto& name = std::get<std::string>(chosen.value);
  const auto found = contexts_.find(name);
  if (found == contexts_.end() && !chosen.origin.empty()) {
    std::vector<std::string> known;
    for (const auto& context : contexts_) known.push_back(context.first);
    return Problem{Fault::unknown_name,
                   chosen.origin + ": there is no context called \"" + name + "\"" + suggestion(name, known),
                   "`tacit config` shows the contexts and the files that they come from."};
  }
  Settings settings = found == contexts_.end() ? Settings{} : found->second;
  lay_over(environment_, settings);
  return Context(name, std::move(settings));
}

std::optional<Setting> Configuration::general(std::string_view name) const {
  const auto found = general_.find(name);
  if (found == general_.end()) return std::nullopt;
  return found->second;
}

const Setting* Context::find(std::string_view name) const {
  require(std::ranges::find(context_settings(), name, &SettingForm::name) != context_settings().end());
  const auto found = settings_.find(name);
  return found == settings_.end() ? nullptr : &found->second;
}

std::optional<std::string> Context::text(std::string_view name) const {
  const Setting* setting = find(name);
  if (!setting) return std::nullopt;
  return std::get<std::string>(setting->value);
}

std::optional<std::uint16_t> Context::port() const {
  const auto port = number("port");
  if (!port) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

std::optional<std::int64_t> Context::number(std::string_view name) const {
  const Setting* setting = find(name);
  if (!setting) return std::nullopt;
  return std::get<std::int64_t>(setting->value);
}

std::vector<std::string> Context::texts(std::string_view name) const {
  const Setting* setting = find(name);
  if (!setting) return {};
  return std::get<std::vector<std::string>>(setting->value);
}

Attempt<Done> Context::set(std::string_view name, const std::string& text, const std::string& flag) {
  const auto form = setting_named(name, context_settings(), flag);
  require(form.has_value());
  auto value = value_from_text(*form, text, flag);
  if (!value) return value.error();
  settings_.insert_or_assign(std::string(name), Setting{*std::move(value), flag});
  return Done{};
}

}  // namespace tacit::host
