#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "tacit/host/setting.hpp"

namespace tacit::host {

// What one TOML file says, each setting with its line as origin.
struct ConfigurationFile {
  Settings general;
  std::map<std::string, Settings, std::less<>> contexts;
};

// Reads at most 256 KiB. `home` is what ~/ means in it. The Problem is one of read_file(), of setting_named() or of
// checked(), or bad_syntax; all but the first with the line.
Attempt<ConfigurationFile> read_configuration_file(const std::filesystem::path&, const std::string& home);

// The same from a text.
Attempt<ConfigurationFile> read_configuration(std::string_view text, const std::filesystem::path&,
                                              const std::string& home);

}  // namespace tacit::host
