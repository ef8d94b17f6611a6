#pragma once
#include <systemd/sd-bus.h>

#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <system_error>

namespace tacit::host {

// A connection to D-Bus's system bus (or the one that DBUS_SYSTEM_BUS_ADDRESS names) on Asio's event loop. Nothing of
// it waits. One thread at a time, or one strand.
class SystemBus {
 public:
  // Messages live as long as the call that they are given to. Handlers may destroy the SystemBus, and throw nothing.
  using Handler = std::function<void(sd_bus_message*)>;
  using Fill = std::function<int(sd_bus_message*)>;  // appends arguments; negative: an errno

  // Throws std::system_error where there is no bus. `lost` is called once at most, when it went away later.
  SystemBus(const asio::any_io_executor&, std::function<void()> lost);
  ~SystemBus();
  SystemBus(const SystemBus&) = delete;
  SystemBus& operator=(const SystemBus&) = delete;

  struct Method {
    const char *service, *path, *interface, *member;
  };
  // The reply may be an error: sd_bus_message_get_error(). It comes for every call until the connection is lost. The
  // error is that of `fill`, or ENOTCONN where the connection is lost already.
  [[nodiscard]] std::error_code call(const Method&, const Fill&, Handler reply);
  // Every signal that fits D-Bus's match rule ("type='signal',interface='...'").
  [[nodiscard]] std::error_code subscribe(const char* rule, Handler);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tacit::host
