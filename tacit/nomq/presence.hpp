#pragma once
#include "tacit/kit/ring.hpp"
#include "tacit/nomq/event.hpp"
#include "tacit/nomq/peers.hpp"
#include "tacit/nomq/sealing.hpp"

namespace tacit::nomq {

// Heartbeats: who is here, at which address, listening to what. Specification section 16, HEARTBEAT and
// Addresses. A peer goes
//
//            heard                 3 silent intervals, then 3 asks without an answer
//   unknown -------> present -----------------------------------------------------> lost
//                       ^                          heard again                        |
//                       +-------------------------------------------------------------+
//   any -- goodbye --> unknown
//
// and its address is proven by the answer to an ask that was sent there and nowhere else.
class Presence {
 public:
  static constexpr Ticks interval = ticks({30'000'000});
  static constexpr std::uint8_t silent_intervals = 3, asks_before_lost = 3, asks_for_all = 4;
  static constexpr Ticks proof_within = ticks({5'000'000}), longest_ask_wait = ticks({8'000'000});
  static constexpr Ticks discovery_gap = ticks({60'000}), discovery_lasts = ticks({500'000});
  static constexpr std::size_t discovery_asks = 8;

  Presence(Common& common, Peers& peers, Channels& channels) : common_(common), peers_(peers), channels_(channels) {}

  void start(Tick now);
  // Who is here had time to say so.
  bool discovered(Tick now) { return discovered_ = discovered_ || now - started_ >= discovery_lasts; }
  Tick discovered_at() const { return started_ + discovery_lasts; }
  // The next asks of the group name this channel; without one they ask everybody.
  void look_for(const ChannelId* channel) { wanted_ = channel ? *channel : ChannelId{}; }

  // Our subscriptions changed: tell the group, and again in a while.
  void subscriptions_changed(Tick now);
  // `place` is where it was among our subscriptions; the last of them has it now.
  void announce_unsubscribe(Channel& channel, std::uint32_t place);
  bool announcing() const { return announced_ < channels_.own().size() || !leaving_.empty(); }
  void say_renewed() { beat_now_ = !common_.legacy(); }
  void say_goodbye() { goodbye_ = true; }

  // Something that counts came from a peer; `answered` of its bytes are owed back already.
  void heard(Peer&, const Received&, std::size_t answered);
  // Its HEARTBEAT, which has been heard().
  void on_heartbeat(Peer&, const Received&, const HeartbeatBody&);
  void on_legacy_heartbeat(Peer&, const Received&);
  // It listens to a channel, as it said; gives subscriptions_full.
  Result<Interest*> listens(Peer&, const ChannelId&);

  // Something waits for the peer: ask, if its address is not proven or it listens to more than we know.
  void want_ask(Peer&, Tick);

  // What has come due. True: the peer has been silent for too long.
  bool on_alarm(Peer&, Tick);
  void on_beat(Tick);
  void on_discovery(Tick);

  // The owner asks who is at the end of a path; false: the outbox is full.
  bool ask(Sealing&, const Path&, PacketId);
  // All that may leave, or false: the outbox is full.
  bool transmit(Sealing&, Tick);

  Timer beat{static_cast<std::uint8_t>(Alarm::beat)}, discovery{static_cast<std::uint8_t>(Alarm::discovery)};

 private:
  bool reason_to_ask(const Peer&, Tick) const;
  void prove(Peer&, bool candidate);
  void forget_candidate(Peer&);
  static bool has_more_to_tell(const Peer& peer) { return features.publisher && peer.told != peer.known; }
  static bool lacks_some(const Peer& peer) { return has_more_to_tell(peer) && !peer.overfull; }
  void tell_me_anew(Peer&);
  void believe_what_was_told(Peer&);
  void arm(Peer&, Tick);
  void speak(Peer& peer) { speaking_.push_back(peer); }
  bool say_answer(Peer&, Sealing&, Tick);
  bool say_ask(Peer&, Sealing&, Tick);
  void note_ask(Peer&, const Peer::Ask&);
  bool say_subscriptions(Peer&, Sealing&);
  bool say_to_group(Sealing&, Tick);
  bool announce(Sealing&, Tick);
  bool heartbeat(Sealing&, const Path&, PacketId, HeartbeatFlags, PacketId answers, const ChannelId&,
                 std::uint16_t ttl_s = ttl_default_s);
  bool name_channel(Sealing&, const Path&, PacketType, const Channel&);
  Header header_of(PacketType, PacketId, const ChannelId&) const;

  Common& common_;
  Peers& peers_;
  Channels& channels_;
  List<Peer, Speaking> speaking_;
  List<Channel> leaving_;
  Tick started_{}, changed_at_{}, next_beat_{};
  ChannelId wanted_{};
  std::uint32_t announced_ = 0;  // how many of our subscriptions the group was told
  std::uint8_t asks_left_ = 0, change_beats_left_ = 0;
  bool discovered_ = false, beat_now_ = false, ask_group_now_ = false, goodbye_ = false;
};

}  // namespace tacit::nomq
