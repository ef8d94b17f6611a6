#include "app/secret_output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "app/failure.hpp"

namespace tacit::app {

void print_secret(std::string_view text, std::string_view how_else) {
  struct stat status{};
  if (::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    warn("other users can read the file that this key goes to; " + std::string(how_else));
  std::fflush(stdout);
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Failure{ExitCode::other, "cannot_write", "standard output cannot be written", ""};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace tacit::app
