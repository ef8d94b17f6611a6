#include "tacit/host/device_service.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>
#include <ctime>

namespace tacit::host {

// All but the executor is used in the thread alone.
struct DeviceService::State {
  State(asio::any_io_executor where, ServedDevices served, Observers those, const Options& how)
      : executor(std::move(where)), devices(std::move(served)),
        observers(std::make_shared<const Observers>(std::move(those))), options(how), next_look(thread),
        next_write(thread) {}

  void look() {
    auto changes = devices.changes(std::time(nullptr));
    if (!changes) tell(changes.error());
    else if (!changes->empty())
      asio::post(executor, [to = observers, all = *std::move(changes)] {
        for (const DeviceChange& change : all) to->changed(change);
      });
    if (ending) return;
    next_look.expires_after(options.look_every);
    next_look.async_wait([this](std::error_code error) {
      if (!error) look();
    });
  }

  void write() {
    if (const auto written = devices.flush(); !written) tell(written.error());
    if (ending) return;
    next_write.expires_after(options.write_every);
    next_write.async_wait([this](std::error_code error) {
      if (!error) write();
    });
  }

  void tell(const Problem& problem) {
    asio::post(executor, [to = observers, problem] { to->failed(problem); });
  }

  asio::any_io_executor executor;
  ServedDevices devices;
  std::shared_ptr<const Observers> observers;
  Options options;
  asio::thread_pool thread{1};
  asio::steady_timer next_look, next_write;
  bool ending = false;
};

Attempt<std::unique_ptr<DeviceService>> DeviceService::open(const asio::any_io_executor& executor,
                                                            const std::string& path, Observers observers,
                                                            const Options& options) {
  auto devices = ServedDevices::open(path, options.patience);
  if (!devices) return devices.error();
  auto state = std::make_unique<State>(executor, *std::move(devices), std::move(observers), options);
  return std::unique_ptr<DeviceService>(new DeviceService(std::move(state)));
}

DeviceService::DeviceService(std::unique_ptr<State> state) : state_(std::move(state)) {
  asio::post(state_->thread, [at = state_.get()] {
    at->look();
    at->write();
  });
}

DeviceService::~DeviceService() {
  // After all that was asked before.
  asio::post(state_->thread, [at = state_.get()] {
    (void)at->devices.flush();
    at->ending = true;  // a timer that has run out already can not be cancelled any more
    at->next_look.cancel();
    at->next_write.cancel();
  });
  state_->thread.join();
}

asio::any_io_executor DeviceService::executor() const { return state_->executor; }

void DeviceService::start_keys(const DeviceId& device, Completion<Keys> completion) {
  asio::post(state_->thread, [at = state_.get(), device, done = std::move(completion)]() mutable {
    done(at->devices.keys(device, std::time(nullptr)));
  });
}

void DeviceService::start_used(const DeviceId& device, KeyVersion version, Completion<Attempt<bool>> completion) {
  asio::post(state_->thread, [at = state_.get(), device, version, done = std::move(completion)]() mutable {
    auto right = at->devices.used(device, version, std::time(nullptr));
    // What it ended is told at once, not when the second is over.
    if (right && *right) at->look();
    done(std::move(right));
  });
}

void DeviceService::seen(const DeviceId& device, ServedDevices::Seen what) {
  asio::post(state_->thread, [at = state_.get(), device, sighting = std::move(what)]() mutable {
    if (const auto kept = at->devices.seen(device, std::move(sighting)); !kept) at->tell(kept.error());
  });
}

}  // namespace tacit::host
