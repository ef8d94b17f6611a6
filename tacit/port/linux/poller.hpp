#pragma once
#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <optional>
#include <system_error>

#include "tacit/base/time.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::linux_port {

// Many descriptors and one alarm clock behind one descriptor, which is readable when any of them is: so that an event
// loop has one thing to wait for, whatever is opened and closed behind it. Throws std::system_error where the
// process may have no more descriptors.
class Poller {
 public:
  Poller();
  int fd() const { return epoll_.fd(); }

  // `changes`: each is told once, when something came, when there is room again, and when the peer is through.
  enum class Tells : std::uint32_t { readable = EPOLLIN, changes = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };

  // A closed descriptor leaves by itself; call forget() then, because it may still be among those found ready.
  void add(int fd, void* owner, std::error_code&, Tells = Tells::readable);
  void forget() { found_ = next_ = 0, seen_by_wait_ = false; }

  // Whether a descriptor that was added is looked at.
  void mind(int fd, void* owner, bool whether);

  struct Ready {
    void* owner;
    bool hung_up;          // and will be so for ever: close it
    bool peer_is_through;  // a stream's, which may have left something to read; told with `changes`
  };

  // Looks without waiting, or takes what wait() has seen; then next() gives what is ready, one by one, and at the end
  // nothing. `first` comes before the others, where it is among them.
  void look(const void* first = nullptr);
  std::optional<Ready> next();

  // On the clock of Now's ticks: goes off then at the latest, and sooner where it was set for sooner before. One that
  // is in the past goes off at once; going off ends it. Nothing changes nothing.
  void set_alarm(std::optional<Instant>);

  // Waits for the first of everything, at most so long, rounded up to milliseconds; look() comes next. For programs
  // without an event loop, whom it spares a system call and the kernel a second queue of who waits.
  bool wait(Duration at_most);

 private:
  void find(int timeout_ms);

  File epoll_, alarm_;
  std::optional<Instant> alarm_at_;
  std::array<epoll_event, 16> ready_{};
  std::size_t found_ = 0, next_ = 0;
  bool seen_by_wait_ = false;  // and by nobody since
};

}  // namespace tacit::linux_port
