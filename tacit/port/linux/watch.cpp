#include "tacit/port/linux/watch.hpp"

#include <asio/posix/stream_descriptor.hpp>

namespace tacit::linux_port {

// Shared with the handler that Asio holds, which may run once more after the Watch is gone.
struct Watch::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, int fd, std::function<void()> then)
      : descriptor(executor, fd), ready(std::move(then)) {}

  void wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const asio::error_code& error) {
                            if (error || self->stopped) return;
                            self->ready();
                            if (!self->stopped) self->wait();
                          });
  }

  asio::posix::stream_descriptor descriptor;
  std::function<void()> ready;
  bool stopped = false;
};

Watch::Watch(const asio::any_io_executor& executor, int fd, std::function<void()> ready)
    : state_(std::make_shared<State>(executor, fd, std::move(ready))) {
  state_->wait();
}

Watch::~Watch() {
  state_->stopped = true;
  state_->descriptor.release();  // its owner closes it
}

}  // namespace tacit::linux_port
