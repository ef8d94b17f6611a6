#pragma once
#include <concepts>
#include <optional>

#include "tacit/base/require.hpp"
#include "tacit/base/time.hpp"
#include "tacit/kit/outbox.hpp"

namespace tacit {

struct Datagram {
  Path path;
  MutBytes bytes;  // as received; opened where they lie
};

// A protocol without sockets, clocks, threads or a heap.
//
// input() says how many datagrams it consumed and stops early where its ring of events has no room.
// What it did not consume is untouched and had no effect, so it can be offered again.
// Spans inside events live until the port uses its receive buffers again: the code that handles an
// event may call verbs, such as publish, while it holds a payload.
template <class M>
concept DatagramMachine = requires(M m, const M c, std::span<Datagram> in, Outbox& out, Now now) {
  typename M::Event;
  { m.input(in, now) } -> std::same_as<std::size_t>;
  { m.timeout(now) } -> std::same_as<void>;
  { m.poll_transmit(out, now) } -> std::same_as<void>;
  { m.poll_event() } -> std::same_as<std::optional<typename M::Event>>;
  { c.next_timeout() } -> std::same_as<std::optional<Instant>>;
};

// The same over one ordered byte stream; sizes are bytes consumed and bytes written.
template <class M>
concept StreamMachine = requires(M m, const M c, MutBytes bytes, Now now) {
  typename M::Event;
  { m.input(bytes, now) } -> std::same_as<std::size_t>;
  { m.timeout(now) } -> std::same_as<void>;
  { m.poll_transmit(bytes, now) } -> std::same_as<std::size_t>;
  { m.poll_event() } -> std::same_as<std::optional<typename M::Event>>;
  { c.next_timeout() } -> std::same_as<std::optional<Instant>>;
};

// What a port gives to the loop below: memory to write in, a way out, and the owner's handler.
template <class P, class Event>
concept DatagramPort = requires(P port, Outbox& out, const Event& event) {
  { port.outbox() } -> std::same_as<Outbox&>;  // cleared
  port.send(out);
  port.deliver(event);
};

// The one loop, after every change: events until empty, packets until empty; then the port sleeps
// until the instant returned. Handlers may call verbs, so events come before packets.
template <DatagramMachine M, DatagramPort<typename M::Event> P>
std::optional<Instant> drain(M& machine, P& port, Now now) {
  for (;;) {
    while (auto event = machine.poll_event()) port.deliver(*event);
    Outbox& out = port.outbox();
    machine.poll_transmit(out, now);
    if (out.empty()) return machine.next_timeout();
    port.send(out);
  }
}

// Hands over all that arrived, draining in between where the machine had to stop.
template <DatagramMachine M, DatagramPort<typename M::Event> P>
std::optional<Instant> offer(M& machine, P& port, std::span<Datagram> in, Now now) {
  auto next = drain(machine, port, now);
  while (!in.empty()) {
    const std::size_t consumed = machine.input(in, now);
    require(consumed > 0);  // a drained machine has room for one datagram at least
    in = in.subspan(consumed);
    next = drain(machine, port, now);
  }
  return next;
}

// Lets what is due happen.
template <DatagramMachine M, DatagramPort<typename M::Event> P>
std::optional<Instant> wake(M& machine, P& port, Now now) {
  auto next = machine.next_timeout();
  while (next && *next <= now.tick) {
    machine.timeout(now);
    next = drain(machine, port, now);
  }
  return next;
}

}  // namespace tacit
