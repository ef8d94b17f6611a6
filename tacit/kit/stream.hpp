#pragma once
#include "tacit/kit/machine.hpp"

namespace tacit {

// A StreamMachine that decides itself when there is a stream, such as a client that connects again and again.
//
// The port looks at wants_stream() after each drain. It connects while that is true and there is no stream; while there
// is one and it is false, the port closes that as soon as what was written has left. connected() and disconnected() say
// what there is: connected() when a stream is there, and disconnected() once after it, or once for an attempt that
// failed, so that a machine counts it and waits before it wants a stream again. Without a stream nothing is offered to
// the machine and it is not asked what it has to say. What of an earlier stream was not consumed is gone with it.
template <class M>
concept ConnectingMachine = StreamMachine<M> && requires(M m, const M c, Now now) {
  { c.wants_stream() } -> std::same_as<bool>;
  { m.connected(now) } -> std::same_as<void>;
  { m.disconnected(now) } -> std::same_as<void>;
};

// What a port gives to the loop below.
template <class P, class Event>
concept StreamPort = requires(P port, const Event& event, std::size_t size) {
  // Memory to write in, at least the machine's longest frame. Empty while the peer does not take what was written
  // before, and where there is no stream: then nothing is read either.
  { port.room() } -> std::same_as<MutBytes>;
  port.send(size);  // so many bytes from the beginning of room()
  port.deliver(event);
};

// The one loop of machine.hpp, over a stream.
template <StreamMachine M, StreamPort<typename M::Event> P> std::optional<Instant> drain(M& machine, P& port, Now now) {
  for (;;) {
    while (auto event = machine.poll_event()) port.deliver(*event);
    const MutBytes room = port.room();
    const std::size_t size = room.empty() ? 0 : machine.poll_transmit(room, now);
    if (size == 0) return machine.next_timeout();
    port.send(size);
  }
}

// Hands over what was received and says how much of it was consumed. What remains is less than a frame, or waits until
// the peer takes what it was sent; it has to be offered again with what arrives after it.
template <StreamMachine M, StreamPort<typename M::Event> P>
std::size_t offer(M& machine, P& port, MutBytes in, Now now) {
  std::size_t consumed = 0;
  (void)drain(machine, port, now);
  while (consumed < in.size() && !port.room().empty()) {
    const std::size_t size = machine.input(in.subspan(consumed), now);
    (void)drain(machine, port, now);
    if (size == 0) break;
    consumed += size;
  }
  return consumed;
}

template <StreamMachine M, StreamPort<typename M::Event> P> std::optional<Instant> wake(M& machine, P& port, Now now) {
  auto next = machine.next_timeout();
  while (next && *next <= now.tick) {
    machine.timeout(now);
    next = drain(machine, port, now);
  }
  return next;
}

}  // namespace tacit
