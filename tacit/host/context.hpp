#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tacit/host/setting.hpp"

// Configuration: TOML files with named contexts.
//
//   default_context = "lab"
//
//   [context.lab]
//   via = "nomq"
//   key_file = "lab.key"        # relative to this file; ~/ is the home folder
//   interfaces = ["eth0"]
//
// Later ones win, setting by setting:
//
//   /usr/lib/tacit/defaults.toml
//   /etc/tacit/*.toml, /etc/tacit/conf.d/*.toml, each folder in the order of names
//   $XDG_CONFIG_HOME/tacit/config.toml (~/.config where that is not set), or the file that TACIT_CONFIG names
//   the environment
//   flags
namespace tacit::host {

// Where to look. A test looks elsewhere.
struct Sources {
  std::filesystem::path root = "/";
  std::map<std::string, std::string, std::less<>> environment;
};
Sources system_sources();

// Where this user's programs keep what they are to know again: $XDG_STATE_HOME/tacit, ~/.local/state where that is not
// set, and for root /var/lib.
std::string state_folder(const Sources&);

// The files that would be read, in their order; only the last may be required to exist (TACIT_CONFIG).
std::vector<std::filesystem::path> configuration_files(const Sources&);

// One context with everything that overrides it.
class Context {
 public:
  Context(std::string name, Settings settings) : name_(std::move(name)), settings_(std::move(settings)) {}

  const std::string& name() const { return name_; }
  const Settings& settings() const { return settings_; }

  // What is not set is absent. The name is one of context_settings(); anything else is our own bug.
  const Setting* find(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  std::optional<std::uint16_t> port() const;
  std::optional<std::int64_t> number(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

  // A flag, which wins over everything. The Problem is one of value_from_text().
  Attempt<Done> set(std::string_view name, const std::string& text, const std::string& flag);

 private:
  std::string name_;
  Settings settings_;
};

class Configuration {
 public:
  // All files, checked: the first thing that is wrong in any of them is the Problem, with file and line.
  static Attempt<Configuration> load(const Sources&);

  // The context named by a flag, by TACIT_CONTEXT, by default_context, or else the one called `default`,
  // which need not exist; with the environment on top. A named one that does not exist is unknown_name.
  Attempt<Context> context(const std::optional<std::string>& flag) const;

  std::optional<Setting> general(std::string_view name) const;
  const std::map<std::string, Settings, std::less<>>& contexts() const { return contexts_; }
  const std::vector<std::filesystem::path>& files() const { return files_; }  // those that were read

 private:
  std::vector<std::filesystem::path> files_;
  Settings general_;                                       // files, then environment
  std::map<std::string, Settings, std::less<>> contexts_;  // files
  Settings environment_;                                   // what overrides any context
};

}  // namespace tacit::host
