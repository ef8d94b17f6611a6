#pragma once
#include "tacit/kit/machine.hpp"

namespace tacit {

// One connection of a port: its place in the port's table, below the number that the port was made for, and how
// often that place was given. So who keeps it too long holds nothing, and never somebody else's connection.
struct ConnectionId {
  std::uint32_t slot = 0, generation = 0;
  friend constexpr bool operator==(ConnectionId, ConnectionId) = default;
};

// A machine that serves many byte streams, and datagrams beside them, with the same tables and limits.
//
// accept()         a stranger has connected. False: refused, and counted; then it is closed, and nothing follows.
//                  To make room the machine may end another instead (see closing()): its limit lies below the port's,
//                  so that it is the machine that chooses.
// input()          what is there of its stream, from the first byte that was not consumed yet; says how many bytes it
//                  consumed, which it may have opened where they lie. What it did not consume is untouched and is
//                  offered again, longer: after a drain when it was all that had room, and else when more has arrived.
//                  A machine consumes or ends what is longer than its longest frame.
// poll_ready()     which connection has something to say or is to be closed; each is named once for each time that
//                  comes up, and leaves the machine's list with that.
// poll_transmit()  writes what that connection has to say, whole frames, as far as there is room; 0: there is no
//                  more, or no room for the next one. When room came it is asked again without having been named.
// closing()        the machine has said its last there: what was written leaves, then the connection is closed.
// closed()         comes once for each that was accepted, whoever ended it. After it the id names nothing; what the
//                  machine still had for the connection is gone.
template <class M>
concept StreamHub =
    DatagramMachine<M> && requires(M m, const M c, ConnectionId id, const Endpoint& peer, MutBytes bytes, Now now) {
      { m.accept(id, peer, now) } -> std::same_as<bool>;
      { m.input(id, bytes, now) } -> std::same_as<std::size_t>;
      { m.poll_ready() } -> std::same_as<std::optional<ConnectionId>>;
      { m.poll_transmit(id, bytes, now) } -> std::same_as<std::size_t>;
      { c.closing(id) } -> std::same_as<bool>;
      { m.closed(id, now) } -> std::same_as<void>;
    };

// A port with connections. Ids that name nothing any more are welcome everywhere.
template <class P, class Event>
concept StreamHubPort = DatagramPort<P, Event> && requires(P port, ConnectionId id, std::size_t size) {
  // Memory to write in, at least the machine's longest frame. Empty while the peer does not take what was written
  // before, and when the connection is closed: then nothing is read from it either.
  { port.room(id) } -> std::same_as<MutBytes>;
  port.send(id, size);  // so many bytes from the beginning of room()
  port.close(id);       // when what was written has left
};

// All that one connection has to say, as far as its peer takes it. Also for the port, when there is room again.
template <StreamHub M, StreamHubPort<typename M::Event> P> void speak(M& machine, P& port, ConnectionId id, Now now) {
  for (MutBytes room = port.room(id); !room.empty(); room = port.room(id)) {
    const std::size_t size = machine.poll_transmit(id, room, now);
    if (size == 0) break;
    port.send(id, size);
  }
  if (!machine.closing(id)) return;
  port.close(id);
  machine.closed(id, now);
}

// The one loop of machine.hpp, and the connections in it. wake() and offer() of datagrams are those of machine.hpp.
template <StreamHub M, StreamHubPort<typename M::Event> P> std::optional<Instant> drain(M& machine, P& port, Now now) {
  for (;;) {
    while (auto event = machine.poll_event()) port.deliver(*event);
    Outbox& out = port.outbox();
    machine.poll_transmit(out, now);
    const bool sent = !out.empty();
    if (sent) port.send(out);
    const auto ready = machine.poll_ready();
    if (!sent && !ready) return machine.next_timeout();
    if (ready) speak(machine, port, *ready, now);
  }
}

// Hands over what a connection received and says how much of it was consumed. What remains is less than a frame, or
// waits until the peer takes what it was sent; it has to be offered again with what arrives after it.
template <StreamHub M, StreamHubPort<typename M::Event> P>
std::size_t offer(M& machine, P& port, ConnectionId id, MutBytes in, Now now) {
  std::size_t consumed = 0;
  (void)drain(machine, port, now);
  while (consumed < in.size() && !port.room(id).empty()) {
    const std::size_t size = machine.input(id, in.subspan(consumed), now);
    (void)drain(machine, port, now);  // also where none was consumed: what it ended is to be closed
    if (size == 0) break;
    consumed += size;
  }
  return consumed;
}

}  // namespace tacit
