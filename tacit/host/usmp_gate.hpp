#pragma once
#include <functional>
#include <map>

#include "tacit/kit/stream.hpp"
#include "tacit/kit/stream_hub.hpp"

namespace tacit::host {

// A machine before which the door is shut while its owner has no room for what it would bring. Then no stream is read:
// drivers ask may_read() before they do, and poll_unread() says where to look once there is room. Datagrams are lost
// before anything in them is opened or acknowledged: they come again.
template <DatagramMachine M> class Gate {
 public:
  using Event = typename M::Event;

  // `open` says whether there is room; both outlive the gate.
  template <class Open> Gate(M& machine, Open open) : machine_(machine), open_(std::move(open)) {}

  std::size_t input(std::span<Datagram> in, const Now& now) { return open_() ? machine_.input(in, now) : in.size(); }
  void timeout(const Now& now) { machine_.timeout(now); }
  void poll_transmit(Outbox& out, const Now& now) { machine_.poll_transmit(out, now); }
  std::optional<Event> poll_event() { return machine_.poll_event(); }
  std::optional<Instant> next_timeout() const { return machine_.next_timeout(); }

  // A server's streams.
  bool accept(ConnectionId id, const Endpoint& peer, const Now& now)
    requires StreamHub<M>
  {
    return machine_.accept(id, peer, now);
  }
  std::size_t input(ConnectionId id, MutBytes in, const Now& now)
    requires StreamHub<M>
  {
    return machine_.input(id, in, now);
  }
  bool may_read(ConnectionId id)
    requires StreamHub<M>
  {
    if (open_()) return true;
    unread_[id.slot] = id.generation;
    return false;
  }
  std::optional<ConnectionId> poll_unread()
    requires StreamHub<M>
  {
    if (unread_.empty() || !open_()) return std::nullopt;
    const auto first = unread_.extract(unread_.begin());
    return ConnectionId{first.key(), first.mapped()};
  }
  std::optional<ConnectionId> poll_ready()
    requires StreamHub<M>
  {
    return machine_.poll_ready();
  }
  std::size_t poll_transmit(ConnectionId id, MutBytes out, const Now& now)
    requires StreamHub<M>
  {
    return machine_.poll_transmit(id, out, now);
  }
  bool closing(ConnectionId id) const
    requires StreamHub<M>
  {
    return machine_.closing(id);
  }
  void closed(ConnectionId id, const Now& now)
    requires StreamHub<M>
  {
    machine_.closed(id, now);
  }

 private:
  M& machine_;
  std::function<bool()> open_;
  std::map<std::uint32_t, std::uint32_t> unread_;  // slots and generations of connections
};

// The same before the one stream of a client.
template <ConnectingMachine M> class StreamGate {
 public:
  using Event = typename M::Event;

  template <class Open> StreamGate(M& machine, Open open) : machine_(machine), open_(std::move(open)) {}

  std::size_t input(MutBytes in, const Now& now) { return machine_.input(in, now); }
  bool may_read() const { return open_(); }
  void timeout(const Now& now) { machine_.timeout(now); }
  std::size_t poll_transmit(MutBytes out, const Now& now) { return machine_.poll_transmit(out, now); }
  std::optional<Event> poll_event() { return machine_.poll_event(); }
  std::optional<Instant> next_timeout() const { return machine_.next_timeout(); }
  bool wants_stream() const { return machine_.wants_stream(); }
  void connected(const Now& now) { machine_.connected(now); }
  void disconnected(const Now& now) { machine_.disconnected(now); }

 private:
  M& machine_;
  std::function<bool()> open_;
};

}  // namespace tacit::host
