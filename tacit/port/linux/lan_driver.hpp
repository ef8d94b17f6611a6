#pragma once
#include "tacit/port/linux/clock.hpp"
#include "tacit/port/linux/lan_sockets.hpp"
#include "tacit/port/linux/watch.hpp"

namespace tacit::linux_port {

// Joins one machine to the sockets of a LAN. There is no protocol in it, and no loop over events or packets: that is
// drain() in kit.
//
// After verbs of its own the owner calls flush(); from inside `deliver` that is not needed, and does nothing. `deliver`
// runs inside flush() and turn(), on the thread of whoever calls them: with an executor that is one of its own, and a
// strand makes many of them one. Machine and sockets have to outlive the driver, which must not be destroyed from
// inside `deliver`: post that.
template <DatagramMachine M> class LanDriver {
 public:
  using Event = typename M::Event;
  using Deliver = std::function<void(const Event&)>;

  // For a program with an event loop: turns are taken on `executor` until the driver dies.
  LanDriver(const asio::any_io_executor& executor, M& machine, LanSockets& sockets, Deliver deliver)
      : LanDriver(machine, sockets, std::move(deliver)) {
    watch_.emplace(executor, sockets.fd(), [this] { turn(); });
  }

  // For one without: the owner calls turn() when the sockets' fd() is readable.
  LanDriver(M& machine, LanSockets& sockets, Deliver deliver)
      : machine_(machine), sockets_(sockets), port_{sockets, std::move(deliver)} {
    sockets_.set_alarm(now().tick);
  }

  void flush() {
    step([](Now) {});
  }

  // Deals with all that has arrived or is due; never waits.
  void turn() {
    step([this](Now t) {
      sockets_.look();
      for (auto in = sockets_.receive(); !in.empty(); in = sockets_.receive()) offer(machine_, port_, in, t);
      wake(machine_, port_, t);
    });
  }

 private:
  struct Port {
    Outbox& outbox() { return sockets.outbox(); }
    void send(const Outbox& out) { sockets.send(out); }
    void deliver(const Event& event) { handler(event); }
    LanSockets& sockets;
    Deliver handler;
  };

  template <class Work> void step(Work work) {
    if (busy_) return;  // called by a handler: the drain that called it goes on
    const Busy here(busy_);
    const Now t = now();
    work(t);
    const auto next = drain(machine_, port_, t);
    sockets_.maintain(t);
    sockets_.set_alarm(next);
  }

  // Also where a handler throws.
  struct Busy {
    explicit Busy(bool& flag) : busy(flag) { busy = true; }
    ~Busy() { busy = false; }
    bool& busy;
  };

  M& machine_;
  LanSockets& sockets_;
  Port port_;
  bool busy_ = false;
  std::optional<Watch> watch_;
};

}  // namespace tacit::linux_port
