#include <cstdio>
#include <exception>

#include "app/failure.hpp"
#include "app/program.hpp"

int main(int argc, char** argv) try {
  tacit::app::Program program;
  const auto code = program.main({argv, argv + argc});
  // A full disk or a closed pipe is noticed only when what was printed is really written.
  if (std::fflush(stdout) != 0) {
    tacit::app::tell({tacit::app::ExitCode::other, "cannot_write", "standard output cannot be written", ""});
    return static_cast<int>(tacit::app::ExitCode::other);
  }
  return static_cast<int>(code);
} catch (const std::exception& error) {
  tacit::app::tell({tacit::app::ExitCode::other, "", error.what(), ""});
  return static_cast<int>(tacit::app::ExitCode::other);
}
