#include "app/bench/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace tacit::app::bench {
namespace {

constexpr const char* clear_line = "\r\x1b[K";
constexpr std::size_t width = 30;

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_) std::fputs(clear_line, stderr);
}

void Progress::tell(std::size_t done, std::size_t all, const std::string& name) const {
  if (!terminal_) return;
  const std::size_t filled = done * width / all;
  std::fprintf(stderr, "%s[%s%s] %zu/%zu %s", clear_line, std::string(filled, '#').c_str(),
               std::string(width - filled, '.').c_str(), done + 1, all, name.c_str());
}

}  // namespace tacit::app::bench
