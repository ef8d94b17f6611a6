#include "tacit/port/linux/poller.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>

namespace tacit::linux_port {

namespace {

timespec to_timespec(std::int64_t us) { return {us / 1'000'000, us % 1'000'000 * 1000}; }

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Poller::Poller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), alarm_(timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (!epoll_.valid()) fail("epoll_create1");
  if (!alarm_.valid()) fail("timerfd_create");
  std::error_code error;
  add(alarm_.fd(), &alarm_, error);
  if (error) throw std::system_error(error, "epoll_ctl");
}

void Poller::add(int fd, void* owner, std::error_code& error, Tells tells) {
  epoll_event event{};
  event.events = static_cast<std::uint32_t>(tells);
  event.data.ptr = owner;
  if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event) != 0) error.assign(errno, std::generic_category());
}

void Poller::mind(int fd, void* owner, bool whether) {
  epoll_event event{};
  event.events = whether ? EPOLLIN : 0u;
  event.data.ptr = owner;
  (void)epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::look(const void* first) {
  if (!std::exchange(seen_by_wait_, false)) find(0);
  const std::span those(ready_.data(), found_);
  const auto at = std::ranges::find_if(those, [&](const epoll_event& event) { return event.data.ptr == first; });
  if (at != those.end()) std::iter_swap(those.begin(), at);
}

std::optional<Poller::Ready> Poller::next() {
  while (next_ < found_) {
    const epoll_event& event = ready_[next_++];
    const auto says = [&](std::uint32_t events) { return (event.events & events) != 0; };
    if (event.data.ptr != &alarm_) return Ready{event.data.ptr, says(EPOLLHUP), says(EPOLLRDHUP | EPOLLHUP | EPOLLERR)};
    std::uint64_t times = 0;
    if (read(alarm_.fd(), &times, sizeof times) > 0) alarm_at_.reset();
  }
  return std::nullopt;
}

// Most alarms are put off before they go off, some with every message. So one that goes off sooner stays, which saves
// the kernel's work, and whoever it wakes looks again.
void Poller::set_alarm(std::optional<Instant> at) {
  if (!at || (alarm_at_ && *alarm_at_ <= *at)) return;
  alarm_at_ = at;
  itimerspec when{};
  when.it_value = to_timespec(std::max<std::int64_t>(at->us, 1));
  (void)timerfd_settime(alarm_.fd(), TFD_TIMER_ABSTIME, &when, nullptr);
}

// Not by poll() on fd(): the kernel wakes who waits there by way of a second queue, and elsewhere than close to who
// sent. What was seen and not looked at stays seen, since the changes of a descriptor are told once.
bool Poller::wait(Duration at_most) {
  constexpr std::int64_t a_day_ms = 86'400'000;
  if (!seen_by_wait_) find(static_cast<int>(std::clamp<std::int64_t>((at_most.us + 999) / 1000, 0, a_day_ms)));
  return seen_by_wait_ = found_ > 0;
}

void Poller::find(int timeout_ms) {
  const int found = epoll_wait(epoll_.fd(), ready_.data(), static_cast<int>(ready_.size()), timeout_ms);
  found_ = found > 0 ? static_cast<std::size_t>(found) : 0;
  next_ = 0;
}

}  // namespace tacit::linux_port
