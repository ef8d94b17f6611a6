#include "tacit/port/mqtt/readiness.hpp"

#include <fcntl.h>

#include <array>
#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <system_error>

namespace tacit::mqtt_port {
namespace {

int duplicate(int fd) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw std::system_error(errno, std::generic_category(), "a descriptor for the connection");
  return copy;
}

}  // namespace

// Shared with the handlers that Asio holds, which may run once more after the Readiness is gone.
struct Readiness::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, int fd, Ready then)
      : descriptor(executor, duplicate(fd)), ready(std::move(then)) {}

  void wait(For what) {
    if (std::exchange(waits(what), true)) return;
    descriptor.async_wait(
        what == For::reading ? asio::posix::stream_descriptor::wait_read : asio::posix::stream_descriptor::wait_write,
        [self = shared_from_this(), what](const asio::error_code& error) {
          if (error || self->stopped) return;
          self->waits(what) = false;
          self->ready(what);
        });
  }

  bool& waits(For what) { return waiting[static_cast<std::size_t>(what)]; }

  asio::posix::stream_descriptor descriptor;
  Ready ready;
  std::array<bool, 2> waiting{};
  bool stopped = false;
};

Readiness::Readiness(const asio::any_io_executor& executor, int fd, Ready ready)
    : state_(std::make_shared<State>(executor, fd, std::move(ready))) {}

Readiness::~Readiness() {
  state_->stopped = true;
  asio::error_code ignored;
  state_->descriptor.close(ignored);
}

void Readiness::want(For what) { state_->wait(what); }

}  // namespace tacit::mqtt_port
