#include "app/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "tacit/host/nearest.hpp"

namespace tacit::app {
namespace {

using host::Attempt;
using host::Fault;
using host::Problem;

template <std::size_t N>
Attempt<std::size_t> place_of(std::string_view name, const std::array<std::string_view, N>& names,
                              const std::string& what) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string list;
  for (const std::string_view one : names) list.append(list.empty() ? "" : ", ").append(one);
  return Problem{
      Fault::unknown_name,
      what + " \"" + std::string(name) + "\" is none of " + list + host::suggestion(name, {names.begin(), names.end()}),
      ""};
}

spdlog::level::level_enum spdlogs(LogLevel level) {
  switch (level) {
    case LogLevel::off: return spdlog::level::off;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::trace: return spdlog::level::trace;
  }
  return spdlog::level::off;
}

// Colours only on a terminal (the sink looks), and not for those who ask for none (no-color.org).
std::shared_ptr<spdlog::logger> make_logger() {
  const char* no_color = std::getenv("NO_COLOR");
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (no_color && *no_color) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("tacit", std::move(sink));
  logger->set_level(spdlog::level::trace);
  logger->set_pattern("%H:%M:%S.%e %^%l%$ %v");
  return logger;
}

}  // namespace

Attempt<LogLevels> read_log_levels(std::string_view text, const std::string& where) {
  LogLevels levels;
  levels.of_part.fill(LogLevel::warn);
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));

    const auto equals = word.find('=');
    const auto level =
        place_of(equals == std::string_view::npos ? word : word.substr(equals + 1), log_levels, where + ": the level");
    if (!level) return level.error();
    if (equals == std::string_view::npos) {
      levels.of_part.fill(static_cast<LogLevel>(*level));
      continue;
    }
    const auto part = place_of(word.substr(0, equals), log_parts, where + ": the part");
    if (!part) return part.error();
    levels.of_part[*part] = static_cast<LogLevel>(*level);
  }
  return levels;
}

void Log::write(LogPart part, LogLevel level, const std::string& line) const {
  if (!wants(part, level)) return;
  static const std::shared_ptr<spdlog::logger> logger = make_logger();
  logger->log(spdlogs(level), "{}: {}", log_parts[static_cast<std::size_t>(part)], line);
}

}  // namespace tacit::app
