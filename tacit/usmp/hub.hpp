#pragma once
#include "tacit/kit/drop_notices.hpp"
#include "tacit/kit/ring.hpp"
#include "tacit/usmp/cookie.hpp"
#include "tacit/usmp/hub_config.hpp"
#include "tacit/usmp/hub_tables.hpp"

namespace tacit::usmp {

// The server: many sessions behind one UDP socket and many TCP connections, in one table and under one set of limits.
// A DatagramMachine and a StreamHub; kit/machine.hpp and kit/stream_hub.hpp say how it is driven. Every verb is
// followed by a drain().
//
//   UDP: HELLO -> HELLO_RETRY with a cookie, and no memory of it      TCP: accept() -> first frame, soon
//        HELLO with the cookie -> Handshake                               HELLO -> Handshake
//
//   Handshake: CHALLENGE leaves, KeyWanted -> provide(); HELLO_ACK -> SESSION_OK -> DeviceConnected
//   sealed frame -> its session, by the id in its nonce -> DeviceMessage
//
// What one peer does costs it and not the others: every table is bounded, who floods displaces himself (Handshakes),
// who fails is slowed down (Admission), and an address that has proven nothing causes no state (UDP, version 2) and
// gets no more bytes than came from there (version 1 over UDP: 159 for 50).
class Hub {
 public:
  using Event = HubEvent;

  // Everything handed in outlives the hub.
  Hub(const HubConfig&, const HubTables&, crypto::Random&);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();  // says nothing to anybody: close_all() does

  // Answers KeyWanted: the keys that the device may prove, 16 bytes each at least, two of them while it changes from
  // one to the next. None: it is not known, or may have no session. `wire1`: it may speak version 1. Gives unknown_id
  // where the handshake is over.
  Result<Done> provide(Request, std::span<const OfferedKey>, bool wire1, const Now&);

  // Copies the message, 0 to 1808 bytes; one DeviceOutcome follows. Gives unknown_peer, too_large, queue_full.
  Result<Handle> send(SessionRef, Bytes message, const Now&);
  // DeviceAnswered follows, or the session ends. Gives unknown_peer.
  Result<Done> ping(SessionRef, const Now&);
  // New keys under way. The originals know this since 1.2 only. Gives unknown_peer, not_supported (version 1).
  Result<Done> rekey(SessionRef, const Now&);
  // Says BYE; DeviceDisconnected follows. Gives unknown_peer.
  Result<Done> close(SessionRef, const Now&);
  // At once, without a word to the device, and its handshakes too: all sessions of a device or, with a tag, those that
  // began with that key. Says how many.
  std::size_t close_device(const DeviceId&, Reason, std::optional<KeyTag>, const Now&);
  void close_all(const Now&);  // with a BYE each
  // HubConfig::wire1, from now on. Sessions that are there stay.
  void allow_wire1(bool any_device) { config_.wire1 = any_device; }

  std::size_t input(std::span<Datagram>, const Now&);
  void timeout(const Now&);
  void poll_transmit(Outbox&, const Now&);
  std::optional<Event> poll_event();
  std::optional<Instant> next_timeout() const;

  bool accept(ConnectionId, const Endpoint& peer, const Now&);
  std::size_t input(ConnectionId, MutBytes, const Now&);
  std::optional<ConnectionId> poll_ready();
  std::size_t poll_transmit(ConnectionId, MutBytes, const Now&);
  bool closing(ConnectionId) const;
  void closed(ConnectionId, const Now&);

  const Counters& counters() const { return counters_; }
  std::size_t sessions() const { return sessions_.count(); }
  std::size_t handshakes() const { return handshakes_.count(); }

 private:
  Tick begin(const Now&);
  Wires wires() const { return config_.wire1 ? Wires::both : Wires::v2; }

  // hub_datagrams.cpp
  void on_datagram(Datagram&, Tick);
  void on_acknowledgement(const Datagram&, Tick);
  void on_sealed(const Frame&, const Path& from, Tick);
  void take(HubSession&, const Received&);
  void take_back_handled();
  void from_home(HubSession&, const Path& from);
  void from_elsewhere(HubSession&, const Received&, const Path& from, std::size_t size);
  void move(HubSession&);
  void acknowledge(const Path&, const Header&, const Cookie* retry = nullptr);
  bool transmit_first(Outbox&, HubSession*, Tick);
  static bool transmit(Outbox&, HubAnswer&);
  bool transmit(Outbox&, Handshake&, Tick);
  bool transmit(Outbox&, HubSession&, Tick);

  // hub_streams.cpp
  HubConnection* connection(ConnectionId);
  void on_stream_frame(HubConnection&, const Frame&, Tick);
  std::size_t transmit(Handshake&, MutBytes, Tick);
  std::size_t transmit(HubSession&, MutBytes, Tick);
  void make_ready(HubConnection& connection) { ready_.push_back(connection); }
  void end(HubConnection&, Reason, Tick);

  // hub_handshakes.cpp
  void on_hello(const Frame&, const Path& from, Tick);
  void on_hello_ack(const Frame&, const Path& from, Tick);
  void on_handshake_acknowledgement(const Acknowledgement&, const Endpoint& from, Tick);
  Result<Handshake*> begin_handshake(const Path&, AddressTrust, const DeviceId&, Tick);
  Result<Done> make_room(AddressTrust, Tick);
  void begin_exchange(Handshake&, Wire, const Hello&, Tick);
  void judge(Handshake&, Tick);
  Result<Done> promise(Handshake&, Tick);
  void promote(HubSession&, Tick);
  void replace_others(const HubSession&, Tick);
  std::size_t put_handshake_frame(const Handshake&, MutBytes) const;
  void say(Handshake&, Tick);
  void schedule(Handshake&);
  void on_alarm(Handshake&, Tick);
  void refuse(Handshake&, Reason, Tick);
  void give_up(Handshake&, Tick);
  void release(Handshake&);

  // hub.cpp
  HubSession* find(SessionRef);
  void attend(HubSession&, Tick);
  void wake_by(HubSession&, Tick due);
  void forget_alarm(HubSession&);
  void finish(HubSession&, Reason, Tick);
  void tell(HubSession&);
  std::optional<Event> poll_connected();
  std::optional<Event> poll_change();
  void drop(Reason, const Path& from, std::optional<DeviceId>, Tick);

  HubConfig config_;
  crypto::Random& random_;
  const std::uint32_t salt_;
  Timers timers_;
  Counters counters_;
  Admission admission_;
  Handshakes handshakes_;
  HubSessions sessions_;
  Cookies cookies_;
  KeyCache keys_;
  List<Outgoing> free_messages_, finished_;
  List<Reassembly> reassemblies_, handled_;
  Lender lender_;
  std::span<HubConnection> connections_;
  Ring<HubEvent> events_;
  Ring<HubAnswer> answers_;
  List<Handshake, Wanting> wanting_;
  List<Handshake, Speaking> speaking_handshakes_;
  List<HubSession, Speaking> speaking_;
  List<HubSession, Telling> connected_, changed_;
  List<HubConnection> ready_;
  std::uint32_t next_handle_ = 1;
  DropNotices drop_notices_;
  Instant latest_;
};
static_assert(StreamHub<Hub>);

}  // namespace tacit::usmp
