#pragma once
#include <array>
#include <string>
#include <string_view>

#include "tacit/host/problem.hpp"

// The program's log, on standard error. The library itself never logs: its events say what happened, and the
// program that handles them decides what to print.
namespace tacit::app {

enum class LogLevel : std::uint8_t { off, error, warn, info, debug, trace };

// What a line is about, so that one part can be looked at closely: --log session=debug.
enum class LogPart : std::uint8_t {
  config,   // files, settings and their origins
  port,     // sockets, interfaces, what the operating system says
  session,  // peers that come, go and move
  message,  // what is published and delivered
  drop,     // what is refused, and under which reason
};

inline constexpr std::array<std::string_view, 6> log_levels{"off", "error", "warn", "info", "debug", "trace"};
inline constexpr std::array<std::string_view, 5> log_parts{"config", "port", "session", "message", "drop"};

struct LogLevels {
  std::array<LogLevel, log_parts.size()> of_part;
  LogLevel operator[](LogPart part) const { return of_part[static_cast<std::size_t>(part)]; }
};

// "info", "session=debug", "warn,session=debug": a level alone is for all parts; later ones win. What is not
// named stays at warn. `where` begins the text of the Problem (unknown_name).
host::Attempt<LogLevels> read_log_levels(std::string_view text, const std::string& where);

class Log {
 public:
  explicit Log(const LogLevels& levels) : levels_(levels) {}

  bool wants(LogPart part, LogLevel level) const { return level <= levels_[part]; }
  void write(LogPart, LogLevel, const std::string& line) const;  // one line, no secrets, no payloads

 private:
  LogLevels levels_;
};

}  // namespace tacit::app
