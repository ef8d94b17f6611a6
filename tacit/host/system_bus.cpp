#include "tacit/host/system_bus.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <list>

namespace tacit::host {
namespace {

using asio::posix::stream_descriptor;

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};

// As sd-bus calls back. The copy lives on where the handler destroys the bus, and itself with it.
int handle(sd_bus_message* message, void* handler, sd_bus_error*) noexcept {
  const auto call = *static_cast<SystemBus::Handler*>(handler);
  call(message);
  return 0;
}

// The handler lives as long as what calls it.
void give(sd_bus_slot* slot, std::unique_ptr<SystemBus::Handler> handler) {
  sd_bus_slot_set_userdata(slot, handler.release());
  sd_bus_slot_set_destroy_callback(slot, [](void* it) { delete static_cast<SystemBus::Handler*>(it); });
  sd_bus_slot_set_floating(slot, 1);
  sd_bus_slot_unref(slot);
}

std::error_code error_of(int result) { return {result < 0 ? -result : 0, std::generic_category()}; }

}  // namespace

struct SystemBus::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, std::function<void()> then)
      : descriptor(executor), timer(executor), lost(std::move(then)) {
    sd_bus* opened = nullptr;
    int result = sd_bus_open_system(&opened);
    bus.reset(opened);
    if (result >= 0) result = sd_bus_get_fd(opened);
    if (result < 0) throw std::system_error(error_of(result), "the system bus");
    descriptor.assign(result);
  }

  void turn() {
    int more = 1;
    while (!stopped && more > 0) more = sd_bus_process(bus.get(), nullptr);
    if (stopped) return;
    if (more >= 0) return wait();
    stop();
    lost();
  }

  void wait() {
    const int events = sd_bus_get_events(bus.get());
    if ((events & POLLIN) != 0) wait_for(stream_descriptor::wait_read, reading);
    if ((events & POLLOUT) != 0) wait_for(stream_descriptor::wait_write, writing);
    std::uint64_t due_us = 0;  // on CLOCK_MONOTONIC, which is the steady clock's
    if (sd_bus_get_timeout(bus.get(), &due_us) < 0 || due_us == UINT64_MAX) return;
    timer.expires_at(asio::steady_timer::time_point(std::chrono::microseconds(due_us)));
    timer.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error && !self->stopped) self->turn();
    });
  }

  void wait_for(stream_descriptor::wait_type what, bool& waiting) {
    if (std::exchange(waiting, true)) return;
    descriptor.async_wait(what, [self = shared_from_this(), &waiting](std::error_code error) {
      waiting = false;
      if (!error && !self->stopped) self->turn();
    });
  }

  void stop() {
    stopped = true;
    timer.cancel();
    descriptor.release();  // the bus closes it
    sd_bus_close(bus.get());
  }

  // A call or a match, and who is to hear of it.
  std::error_code started(int result, sd_bus_slot* slot, Handler handler) {
    if (result < 0) return error_of(result);
    give(slot, std::make_unique<Handler>(std::move(handler)));
    wait();
    return {};
  }

  std::unique_ptr<sd_bus, Unref> bus;
  stream_descriptor descriptor;
  asio::steady_timer timer;
  std::function<void()> lost;
  bool reading = false, writing = false, stopped = false;
};

SystemBus::SystemBus(const asio::any_io_executor& executor, std::function<void()> lost)
    : state_(std::make_shared<State>(executor, std::move(lost))) {
  state_->wait();
}

SystemBus::~SystemBus() {
  if (!state_->stopped) state_->stop();
}

std::error_code SystemBus::call(const Method& method, const Fill& fill, Handler reply) {
  sd_bus_message* made = nullptr;
  int result = sd_bus_message_new_method_call(state_->bus.get(), &made, method.service, method.path, method.interface,
                                              method.member);
  const std::unique_ptr<sd_bus_message, Unref> message(made);
  sd_bus_slot* slot = nullptr;
  if (result >= 0) result = fill(made);
  if (result >= 0) result = sd_bus_call_async(state_->bus.get(), &slot, made, handle, nullptr, 0);
  return state_->started(result, slot, std::move(reply));
}

std::error_code SystemBus::subscribe(const char* rule, Handler handler) {
  sd_bus_slot* slot = nullptr;
  const int result = sd_bus_add_match_async(state_->bus.get(), &slot, rule, handle, nullptr, nullptr);
  return state_->started(result, slot, std::move(handler));
}

}  // namespace tacit::host
