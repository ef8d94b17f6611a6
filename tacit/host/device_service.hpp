#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <functional>
#include <memory>

#include "tacit/host/completion.hpp"
#include "tacit/host/served_devices.hpp"

// The registry for a server that must not wait for a disk: ServedDevices in a thread of its own, with Asio's
// conventions. Every function may be called from any thread; handlers and observers run on the executor, one after the
// other where that is a strand or has one thread. How many lookups wait is bounded by who asks: a hub has so many
// handshakes.
namespace tacit::host {

class DeviceService {
 public:
  using Keys = Attempt<std::optional<DeviceKeys>>;

  struct Options {
    std::chrono::milliseconds look_every{1000};     // for changes
    std::chrono::milliseconds write_every{10'000};  // what was seen
    std::chrono::milliseconds patience{5000};
  };
  // Called for each change, and for what keeps the service from its work, until the service dies.
  struct Observers {
    std::function<void(const DeviceChange&)> changed;
    std::function<void(const Problem&)> failed;
  };

  static Attempt<std::unique_ptr<DeviceService>> open(const asio::any_io_executor&, const std::string& path, Observers,
                                                      const Options&);
  DeviceService(const DeviceService&) = delete;
  DeviceService& operator=(const DeviceService&) = delete;
  ~DeviceService();  // writes what was seen; what still waits is answered

  // void(Keys), as ServedDevices::keys().
  template <class Token> auto async_keys(const DeviceId& device, Token&& token) {
    return asio::async_initiate<Token, void(Keys)>(
        [this](auto handler, const DeviceId& whose) { start_keys(whose, {std::move(handler), executor()}); }, token,
        device);
  }
  // void(Attempt<bool>), as ServedDevices::used().
  template <class Token> auto async_used(const DeviceId& device, KeyVersion version, Token&& token) {
    return asio::async_initiate<Token, void(Attempt<bool>)>(
        [this](auto handler, const DeviceId& whose, KeyVersion which) {
          start_used(whose, which, {std::move(handler), executor()});
        },
        token, device, version);
  }
  void seen(const DeviceId&, ServedDevices::Seen);

 private:
  struct State;
  explicit DeviceService(std::unique_ptr<State>);
  asio::any_io_executor executor() const;
  void start_keys(const DeviceId&, Completion<Keys>);
  void start_used(const DeviceId&, KeyVersion, Completion<Attempt<bool>>);

  std::unique_ptr<State> state_;
};

}  // namespace tacit::host
