#pragma once
#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>

namespace tacit::linux_port {

// Calls `ready` on the executor whenever the descriptor is readable, until the Watch dies: also from inside `ready`.
// The descriptor stays its owner's and has to outlive the Watch. All of Asio's sockets that port/linux needs is here.
class Watch {
 public:
  Watch(const asio::any_io_executor&, int fd, std::function<void()> ready);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tacit::linux_port
