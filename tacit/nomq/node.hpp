#pragma once
#include "tacit/kit/drop_notices.hpp"
#include "tacit/kit/machine.hpp"
#include "tacit/nomq/tables.hpp"

namespace tacit::nomq {

// What a node did, beside what it refused (Counters).
struct Traffic {
  std::uint32_t packets_in = 0, packets_out = 0;    // authentic ones; datagrams that left
  std::uint32_t messages_in = 0, messages_out = 0;  // delivered; accepted from the owner
};

// What can be asked of a peer.
struct PeerView {
  SessionId session{};
  Path path;
  bool present = false, proven = false;
  Instant heard_at;
  Duration round_trip;  // 0: not measured
};

// One NoMQ peer: publishes, subscribes, acknowledges. A DatagramMachine; see kit/machine.hpp for how it is
// driven, and specification section 16 for what it does. Every verb is followed by a drain().
//
//   datagram -> check_shape -> cipher -> finish_open -> on_packet -> Subscriber | Publisher | Presence
//                                                                         |          |          |
//   datagram <----------- cipher <----------- Sealing <-------------------+----------+----------+
class Node {
 public:
  using Event = nomq::Event;

  // Everything handed in outlives the node.
  Node(const Config&, const Tables&, crypto::PacketCipher&, crypto::Random&);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // What was left out of the program (features.hpp) gives not_supported, whichever verb it is.

  // The name lives until unsubscribe(), and then until announcing() is false. Gives channels_full,
  // invalid_argument for an empty name, too_large for one that no packet can hold.
  Result<ChannelId> subscribe(std::string_view channel, const Now&, std::uint8_t priority = 0);
  Result<Done> unsubscribe(std::string_view channel, const Now&);  // gives unknown_channel
  bool announcing() const { return presence_.announcing(); }

  // The message is copied. With QoS 1 and 2 exactly one Outcome follows. Gives too_large, empty_message,
  // bad_qos, bad_utf8, invalid_argument, not_supported, no_wall_clock, queue_full, retained_full.
  Result<Handle> publish(const Publication&, const Now&);
  // Manual acknowledgement: the message is safe. Gives unknown_token.
  Result<Done> accept(Token token) { return subscriber_.accept(token); }

  // Asks who is at the end of the path; Answered follows, or nothing. Legacy: a board answers only where a
  // channel is shared, so one must be subscribed. Gives no_wall_clock, queue_full, not_supported.
  Result<PacketId> ping(const Path&, const Now&);
  // Tells the group that this node leaves; what is still owed is given up as closed.
  void goodbye();

  std::size_t input(std::span<Datagram>, const Now&);
  void timeout(const Now&);
  void poll_transmit(Outbox&, const Now&);
  std::optional<Event> poll_event();
  std::optional<Instant> next_timeout() const;

  SessionId session() const { return common_.self.session(); }
  const Counters& counters() const { return common_.counters; }
  const Traffic& traffic() const { return traffic_; }
  bool idle() const { return publisher_.idle(); }  // nothing queued, in flight or unreported
  // The oldest QoS 0 message of a priority that has not left: of all the others it is known that they have, or
  // that they gave way to what matters more.
  std::optional<Handle> first_unsent(std::uint8_t priority) const { return publisher_.first_unsent(priority); }
  bool subscribed(const ChannelId& id) const { return channels_.subscribed(id) != nullptr; }
  bool listens(SessionId peer, const ChannelId&) const;
  bool awaits_pubrel(SessionId from, PacketId id) const { return subscriber_.awaits_pubrel(from, id); }
  bool awaits_pubcomp(SessionId from, PacketId id) const { return publisher_.awaits_pubcomp(from, id); }
  std::optional<PeerView> peer(SessionId) const;
  template <class Each> void for_each_peer(Each each) const {
    for (const List<Peer>* list : {&peers_.present(), &peers_.lost()})
      for (const Peer* p = list->front(); p; p = list->after(*p)) each(view(*p));
  }

  // For tests and conformance, before anything else: what was random is given.
  void become(SessionId session, PacketId next_acknowledged) { common_.self.become(session, next_acknowledged); }

 private:
  struct Ping {
    PacketId id{};
    Path path;
    Tick at;
    bool sent = false;
  };

  Tick at(const Now&);
  Tick begin(const Now&);
  void watch_clock(const Now&);
  Ticks again_gap() const;
  std::size_t input_room() const;
  void prefetch_channels(std::span<const crypto::OpenJob>) const;
  void input_batch(std::span<Datagram>, const std::optional<UnixTime>&, Tick);
  void on_packet(const Received&);
  Result<bool> dispatch(const Received&);
  Result<Done> on_publish(const Received&);
  Result<Done> on_subscription(const Received&);
  Result<Done> on_listens(Peer&, const ChannelId&, std::string_view name, Tick);
  Result<Done> on_heartbeat(const Received&);
  bool answers_ping(PacketId answers, const Path& from, Tick);

  Peer* learn(const Received&);
  void hear(Peer&, const Received&, std::size_t answered);
  void after_hearing(Peer&);
  void renewed(Peer& known, SessionId session);
  void lose(Peer&);
  void forget(Peer&);

  void on_alarm(Timer&, Tick);
  bool tell_change(std::optional<Event>&);
  void drop(Reason, const Path& from, Tick);
  bool transmit_pings(Sealing&);
  PeerView view(const Peer&) const;

  crypto::PacketCipher& cipher_;
  Common common_;
  Traffic traffic_;
  Channels channels_;
  Peers peers_;
  Presence presence_;
  Retainer retained_;
  Answers answers_;
  Replay replay_;
  Maybe<features.publisher, Publisher, NoPublisher> publisher_;
  Maybe<features.subscriber, Subscriber, NoSubscriber> subscriber_;
  EventQueue events_;
  List<Peer, Reporting> reporting_;
  std::span<crypto::SealJob> seal_jobs_;
  std::span<crypto::OpenJob> open_jobs_;
  std::array<Ping, features.ping ? 4 : 0> pings_{};
  Timer renewal_{static_cast<std::uint8_t>(Alarm::renewal)}, again_{static_cast<std::uint8_t>(Alarm::retained)};
  DropNotices drop_notices_;
  Instant latest_, started_;
  std::int64_t clock_offset_us_ = 0;  // the most that the wall clock was ahead of the tick
  bool begun_ = false;
};
static_assert(DatagramMachine<Node>);

}  // namespace tacit::nomq
