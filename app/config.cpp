// tacit config: the configuration as all files and the environment together make it, each value with where it
// comes from.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/program.hpp"

namespace tacit::app {
namespace {

nlohmann::ordered_json json_of(const host::Setting& setting) {
  nlohmann::ordered_json json;
  std::visit([&](const auto& value) { json["value"] = value; }, setting.value);
  json["origin"] = setting.origin;
  return json;
}

nlohmann::ordered_json json_of(const host::Settings& settings) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [name, setting] : settings) json[name] = json_of(setting);
  return json;
}

host::Settings general_of(const host::Configuration& configuration) {
  host::Settings general;
  for (const host::SettingForm& form : host::general_settings()) {
    if (auto setting = configuration.general(form.name)) general.emplace(form.name, *std::move(setting));
  }
  return general;
}

void print(const host::Settings& settings) {
  for (const auto& [name, setting] : settings)
    std::printf("%-40s# %s\n", (name + " = " + host::toml_of(setting.value)).c_str(), setting.origin.c_str());
}

ExitCode show_json(const host::Configuration& configuration, const host::Context& current) {
  nlohmann::ordered_json json{{"v", 1}, {"files", nlohmann::json::array()}};
  for (const auto& file : configuration.files()) json["files"].push_back(file.string());
  json["general"] = json_of(general_of(configuration));
  json["context"] = current.name();
  auto& contexts = json["contexts"] = nlohmann::json::object();
  for (const auto& [name, settings] : configuration.contexts()) contexts[name] = json_of(settings);
  contexts[current.name()] = json_of(current.settings());
  std::puts(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return ExitCode::ok;
}

std::string table_name(const std::string& context) {
  constexpr const char* bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool is_bare = !context.empty() && context.find_first_not_of(bare) == std::string::npos;
  return "[context." + (is_bare ? context : host::toml_of(context)) + "]";
}

// Itself TOML: what is printed can be a configuration file.
ExitCode show_text(const host::Configuration& configuration, const host::Context& current) {
  for (const auto& file : configuration.files()) std::printf("# read: %s\n", file.c_str());
  if (configuration.files().empty()) std::puts("# there is no configuration file");
  print(general_of(configuration));
  for (const auto& [name, settings] : configuration.contexts()) {
    if (name == current.name()) continue;
    std::printf("\n%s\n", table_name(name).c_str());
    print(settings);
  }
  std::printf("\n%s  # in use\n", table_name(current.name()).c_str());
  print(current.settings());
  return ExitCode::ok;
}

}  // namespace

void add_config(Program& program) {
  CLI::App& app = program.add(program.root(), "config", "show the configuration, and where each value comes from",
                              "tacit config\n"
                              "tacit --context lab config --json");
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "One JSON object.");
  app.callback([&program, json] {
    program.run = [&program, json] {
      const host::Context current = program.context();
      return *json ? show_json(program.configuration(), current) : show_text(program.configuration(), current);
    };
  });
}

}  // namespace tacit::app
