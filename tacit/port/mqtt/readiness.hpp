#pragma once
#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>

namespace tacit::mqtt_port {

// Waits for a connection of which somebody else has the descriptor, and may close it at any time. So it has one of its
// own: the connection ends when both are gone.
class Readiness {
 public:
  enum class For : std::uint8_t { reading, writing };
  using Ready = std::function<void(For)>;  // called on the executor, until the Readiness dies: also from inside

  // Throws std::system_error where the process may have no more descriptors.
  Readiness(const asio::any_io_executor&, int fd, Ready);
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  void want(For);  // once, as soon as it is so

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tacit::mqtt_port
