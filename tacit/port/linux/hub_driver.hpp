#pragma once
#include <exception>

#include "tacit/port/linux/clock.hpp"
#include "tacit/port/linux/server_sockets.hpp"
#include "tacit/port/linux/watch.hpp"

namespace tacit::linux_port {

// Joins one hub to the sockets of a server; or a machine that has only datagrams, such as a client, to sockets without
// TCP. There is no protocol in it, and no loop over events, packets or connections: that is drain() in kit.
//
// After verbs of its own the owner calls flush(); from inside `deliver` that is not needed, and does nothing. `deliver`
// runs inside flush() and turn(), on the thread of whoever calls them: with an executor that is one of its own, and a
// strand makes many of them one. Machine and sockets have to outlive the driver, which must not be destroyed from
// inside `deliver`: post that. What `deliver` throws comes out of flush() or turn() when those are done.
template <DatagramMachine M> class HubDriver {
 public:
  using Event = typename M::Event;
  using Deliver = std::function<void(const Event&)>;
  using Sift = std::function<std::span<Datagram>(std::span<Datagram>)>;

  // For a program with an event loop: turns are taken on `executor` until the driver dies.
  HubDriver(const asio::any_io_executor& executor, M& machine, ServerSockets& sockets, Deliver deliver)
      : HubDriver(machine, sockets, std::move(deliver)) {
    watch_.emplace(executor, sockets.fd(), [this] { turn(); });
  }

  // For one without: the owner calls turn() when the sockets' fd() is readable. `sift` is given each batch of datagrams
  // and gives back, in the same place, those that the machine is to have; without it has all.
  HubDriver(M& machine, ServerSockets& sockets, Deliver deliver, Sift sift = {})
      : machine_(machine), sockets_(sockets), port_{sockets, std::move(deliver)}, sift_(std::move(sift)) {
    sockets_.set_alarm(now().tick);
  }

  void flush() {
    step([](Now) {});
  }

  // Deals with all that has arrived or is due; never waits.
  void turn() {
    step([this](Now t) {
      sockets_.look(t.tick);
      for (auto in = sockets_.receive(); !in.empty(); in = sockets_.receive())
        offer(machine_, port_, sift_ ? sift_(in) : in, t);
      if constexpr (StreamHub<M>) serve_streams(t);
      wake(machine_, port_, t);
    });
  }

  // Datagrams that came another way, such as from another shard. They are opened where they lie.
  void take(std::span<Datagram> in) {
    step([this, in](Now t) { offer(machine_, port_, in, t); });
  }

 private:
  struct Port {
    Outbox& outbox() { return sockets.outbox(); }
    void send(const Outbox& out) { sockets.send(out); }
    // The rest of the turn takes place: what has been read is consumed, and changes are told to us once.
    void deliver(const Event& event) {
      try {
        handler(event);
      } catch (...) {
        if (!thrown) thrown = std::current_exception();
      }
    }
    MutBytes room(ConnectionId id) { return sockets.tcp() ? sockets.tcp()->room(id) : MutBytes(); }
    void send(ConnectionId id, std::size_t size) { sockets.tcp()->send(id, size); }
    void close(ConnectionId id) {
      if (TcpServer* const tcp = sockets.tcp()) tcp->close(id);
    }
    ServerSockets& sockets;
    Deliver handler;
    std::exception_ptr thrown{};
  };

  void serve_streams(Now t) {
    TcpServer* const tcp = sockets_.tcp();
    if (!tcp) return;
    accept(*tcp, t);
    // A machine that did not want a stream to be read may say that it does now.
    if constexpr (requires { machine_.poll_unread(); })
      while (const auto unread = machine_.poll_unread()) tcp->again(*unread);
    while (const auto ready = tcp->next()) serve(*tcp, *ready, t);
  }

  void accept(TcpServer& tcp, Now t) {
    while (const auto stranger = tcp.accept()) {
      if (!machine_.accept(stranger->id, stranger->peer, t)) tcp.refuse(stranger->id);
      drain(machine_, port_, t);  // it may have ended another for this one
    }
  }

  // What a peer says is read in rounds, so that one that never stops leaves time for the others.
  void serve(TcpServer& tcp, const TcpServer::Ready& ready, Now t) {
    constexpr int rounds = 4;
    const ConnectionId id = ready.id;
    if (ready.has_room_again) speak(machine_, port_, id, t);
    bool more = true;
    for (int round = 0; more && round < rounds; ++round) {
      if (!may_read(id)) break;
      const MutBytes in = tcp.receive(id);
      more = !in.empty() && tcp.consume(id, offer(machine_, port_, id, in, t));
    }
    if (more && may_read(id)) tcp.again(id);
    if (tcp.ended(id)) {
      tcp.close(id);
      machine_.closed(id, t);
    }
    drain(machine_, port_, t);
  }

  bool may_read(ConnectionId id) {
    if constexpr (requires { machine_.may_read(id); }) return machine_.may_read(id);
    else return true;
  }

  template <class Work> void step(Work work) {
    if (busy_) return;  // called by a handler: the drain that called it goes on
    const Busy here(busy_);
    const Now t = now();
    work(t);
    const auto next = drain(machine_, port_, t);
    sockets_.maintain(t);
    sockets_.set_alarm(next);
    if (const auto thrown = std::exchange(port_.thrown, {})) std::rethrow_exception(thrown);
  }

  // Also where a handler throws.
  struct Busy {
    explicit Busy(bool& flag) : busy(flag) { busy = true; }
    ~Busy() { busy = false; }
    bool& busy;
  };

  M& machine_;
  ServerSockets& sockets_;
  Port port_;
  Sift sift_;
  bool busy_ = false;
  std::optional<Watch> watch_;
};

}  // namespace tacit::linux_port
