#pragma once
#include <exception>

#include "tacit/kit/stream.hpp"
#include "tacit/port/linux/clock.hpp"
#include "tacit/port/linux/tcp_client.hpp"
#include "tacit/port/linux/watch.hpp"

namespace tacit::linux_port {

// Joins one machine to its TCP stream, and gives it one whenever it wants one. Everything that HubDriver says of
// flush(), `deliver` and lifetimes holds here too.
template <ConnectingMachine M> class StreamDriver {
 public:
  using Event = typename M::Event;
  using Deliver = std::function<void(const Event&)>;

  // For a program with an event loop: turns are taken on `executor` until the driver dies.
  StreamDriver(const asio::any_io_executor& executor, M& machine, TcpClient& client, Deliver deliver)
      : StreamDriver(machine, client, std::move(deliver)) {
    watch_.emplace(executor, client.fd(), [this] { turn(); });
  }

  // For one without: the owner calls turn() when the client's fd() is readable.
  StreamDriver(M& machine, TcpClient& client, Deliver deliver)
      : machine_(machine), client_(client), port_{client, std::move(deliver)} {
    client_.set_alarm(now().tick);
  }

  void flush() {
    step([](Now) {});
  }

  // Deals with all that has arrived or is due; never waits.
  void turn() {
    step([this](Now t) {
      client_.look(t.tick);
      follow(t);
      read(t);
      wake(machine_, port_, t);
    });
  }

 private:
  struct Port {
    MutBytes room() { return client.room(); }
    void send(std::size_t size) { client.send(size); }
    void deliver(const Event& event) {
      try {
        handler(event);
      } catch (...) {
        if (!thrown) thrown = std::current_exception();
      }
    }
    TcpClient& client;
    Deliver handler;
    std::exception_ptr thrown{};
  };

  // A server that never stops leaves time for what is due.
  void read(Now t) {
    constexpr int rounds = 16;
    for (int round = 0; round < rounds; ++round) {
      if constexpr (requires { machine_.may_read(); })
        if (!machine_.may_read()) return;  // its owner takes a turn when it does
      const MutBytes in = client_.receive();
      if (in.empty() || !client_.consume(offer(machine_, port_, in, t))) return;
    }
    client_.again();
  }

  // The machine hears what became of its stream, and may want another.
  std::optional<Instant> follow(Now t) {
    for (;;) {
      const auto next = drain(machine_, port_, t);
      client_.want(machine_.wants_stream(), t.tick);
      const auto change = client_.poll_change();
      if (!change) return next;
      if (*change == TcpClient::Change::connected) machine_.connected(t);
      else machine_.disconnected(t);
    }
  }

  template <class Work> void step(Work work) {
    if (busy_) return;  // called by a handler: the drain that called it goes on
    const Busy here(busy_);
    const Now t = now();
    work(t);
    client_.set_alarm(follow(t));
    if (const auto thrown = std::exchange(port_.thrown, {})) std::rethrow_exception(thrown);
  }

  // Also where something throws.
  struct Busy {
    explicit Busy(bool& flag) : busy(flag) { busy = true; }
    ~Busy() { busy = false; }
    bool& busy;
  };

  M& machine_;
  TcpClient& client_;
  Port port_;
  bool busy_ = false;
  std::optional<Watch> watch_;
};

}  // namespace tacit::linux_port
