#pragma once
#include "tacit/kit/ring.hpp"
#include "tacit/nomq/answers.hpp"
#include "tacit/nomq/debts.hpp"
#include "tacit/nomq/event.hpp"
#include "tacit/nomq/presence.hpp"
#include "tacit/nomq/retained.hpp"

namespace tacit::nomq {

// What a message needs on its way out, until it has arrived.
struct Journey {
  // To whom: the group, an address that the owner named, or one peer that lacks a retained message.
  enum class To : std::uint8_t { group, address, peer };

  Handle handle{};
  PacketId id{};
  SessionId session{};           // of its first transmission
  Interest* interest = nullptr;  // To::peer
  std::uint32_t published_s = 0, nonce = 0;
  Tick first_sent, next_try, deadline;
  Ticks wait{};
  std::uint16_t ttl_s = 0, size = 0;
  std::uint16_t owing = 0, delivered = 0, given_up = 0;
  std::optional<Reason> reason;
  To to{};
  Qos qos{};
  std::uint8_t priority = 0, tries = 0;
  bool retain = false;
  bool reported = false;    // its owner hears how it ended
  bool numbered = false;    // in flight
  bool pubrel_due = false;  // legacy: after a repeated PUBLISH
  ChannelId channel{};
  Endpoint address;  // To::group: a broadcast address instead of the group's own, if there is a port
};

// A message on its way out, in the clear; it is sealed anew each time it leaves.
struct Slot : Link<>, Link<Retrying>, Timer, Journey {
  List<Debt, BySlot> debts;
  MutBytes memory;
  Slot* next_in_index = nullptr;
};

// The sending half of a node; specification section 16, Retries and Outcomes, and section 8 for legacy. A
// slot is on exactly one list, and that is its state:
//
//   free --publish()--> queued --transmit()--> free                                       (QoS 0)
//                              --transmit()--> in flight --all acknowledged, or given up--> finished
//   finished --take_outcome()--> free
//
// publisher.cpp has the owner's side and the lists, transmission.cpp what leaves, acknowledgement.cpp what comes back,
// and giving_up.cpp what does not.
//
// Who owes an acknowledgement is a Debt. A peer's debts wait on its list in the order in which they were
// sent and are repeated from there, each to that peer alone; what strangers owe is repeated with its slot.
class Publisher {
 public:
  struct Tables {
    std::span<Slot> slots;
    std::span<Slot*> slot_buckets;
    MutBytes messages;  // each slot gets an equal part: the longest message
    std::span<Debt> debts;
    std::span<Debt*> debt_buckets;
    std::span<SessionId> who;  // for Outcome::by
  };
  Publisher(Common&, const Tables&, Peers&, Channels&, Presence&, Retainer&);

  // Gives too_large, empty_message, bad_qos, bad_utf8, invalid_argument, not_supported, no_wall_clock, queue_full.
  Result<Handle> publish(const Publication&, const Now&);
  // Legacy: a kept message goes to the group once more. False: there is no room now.
  bool publish_again(const Retained&);

  // ACK, PUBREC, PUBCOMP; `peer` is null for a stranger. True: it counts, because it settled something.
  // Gives bad_body, unknown_id, wrong_state, duplicate.
  Result<bool> on_acknowledgement(const Received&, Peer* peer, Answers&);

  void on_peer_alarm(Peer&, Tick);  // what it did not acknowledge in time is to be sent again
  void on_slot_alarm(Slot&, Tick);
  void on_moment(Tick);  // who began to owe before it, and owes still, gets an alarm
  void on_relief(Tick);
  void resume(Peer& peer) {  // it may be sent to
    if (!peer.again.empty()) retrying_.push_back(peer);
  }
  void forgive(Peer&, Reason);     // it owes nothing any more
  void forget(Peer&);              // … nor has it paid anything
  void forgive_unlistened(Peer&);  // … of what it does not listen to any more
  void inherit(Peer& from, Peer& to);
  void renew_session(Tick);

  void close();  // all that is queued or owed is given up as closed

  // The one channel of all messages that wait for the group, or null.
  const ChannelId* only_channel_waiting() const;

  bool transmit(Sealing&, Tick);  // all that may leave, or false: the outbox is full
  bool has_outcome() const { return displaced_count_ > 0 || !finished_.empty(); }
  void take_outcome(Outcome&);  // into a fresh one; only where has_outcome()

  // The oldest QoS 0 message of a priority that has not left; what was accepted before it has.
  std::optional<Handle> first_unsent(std::uint8_t priority) const {
    const Slot* slot = queued_[priority].front();
    return slot ? std::optional(slot->handle) : std::nullopt;
  }
  bool idle() const { return used_ == 0 && displaced_count_ == 0; }  // nothing queued, in flight or unreported
  std::size_t used() const { return used_; }
  // That session has said PUBREC to our message, and not yet PUBCOMP.
  bool awaits_pubcomp(SessionId from, PacketId id) const;

  Timer moment{static_cast<std::uint8_t>(Alarm::moment)};
  Timer relief{static_cast<std::uint8_t>(Alarm::relief)};

 private:
  struct ById {
    using Key = PacketId;
    static Key key(const Slot& s) { return s.id; }
    static std::size_t hash(Key id) { return static_cast<std::uint32_t>(id); }
    static Slot*& next(Slot& s) { return s.next_in_index; }
  };
  enum class Sent : std::uint8_t { yes, not_now, outbox_full };

  Result<Done> check(const Publication&) const;
  Slot* make_room(std::uint8_t priority, Tick);
  bool displace(List<Slot>&);
  void fill(Slot&, const Publication&, std::uint32_t published_s);

  bool transmit_again(Peer&, Sealing&, Tick);
  bool transmit_again(Debt&, Sealing&, Tick);
  bool repeat(Slot&, Sealing&, Tick);
  bool transmit_retained(Sealing&, Tick);
  bool transmit_queued(Sealing&, Tick);
  void prefetch_listeners(const Slot&) const;
  Slot* next_queued(Tick);
  Sent transmit_first(Slot&, Sealing&, Tick);
  bool enough_debts(const Slot&) const;
  void number(Slot&, Tick);
  void owe(Slot&, Peer&, Tick);
  void plan(Slot&, Tick);
  bool from_2000(const Slot&) const;
  bool put(const Slot&, PacketId, SessionId, const Path&, Sealing&) const;
  bool put_pubrel(const Slot&, const Path&, Sealing&) const;

  Result<bool> on_open_debt(Debt&, const Received&, Answers&);
  Result<bool> on_no_debt(Slot&, const Received&, Peer*, Answers&);
  Debt* debt_of(Slot&, const Received&, Peer*);
  Debt* answered_by(const Slot&, SessionId) const;
  bool answers_any_pubrel(const Slot&, const Peer*, SessionId) const;
  void settle(Debt&, Tick);
  void give_up(Debt&, Reason);
  void give_up_all(Slot&, Reason);
  void close(Debt&);
  void note_sent(Debt&, bool alone, Tick);
  void overtake(Peer&, const Debt& by);
  void expect(Peer&, Tick);
  void await(Peer&);
  void conclude(Slot&);
  void release(Slot&);
  bool may_number_another() const;
  void wait_for_relief(Tick due);
  bool relieve(Tick);
  bool all_silent(const Slot&, Tick) const;
  bool expired(const Slot& slot, std::uint32_t now_s) const { return over(now_s, slot.published_s, slot.ttl_s + 1u); }

  Common& common_;
  Peers& peers_;
  Channels& channels_;
  Presence& presence_;
  Retainer& retained_;
  Debts debts_;
  Index<Slot, ById> in_flight_index_;
  std::span<SessionId> who_;
  List<Slot> free_, finished_;
  List<Slot, Retrying> repeating_;
  std::array<Handle, 16> displaced_{};
  std::size_t displaced_count_ = 0;
  Tick relieved_{};
  bool blocked_ = false;  // for want of a number or of room
  std::array<List<Slot>, priority_max + 1> queued_, queued_acknowledged_;
  std::uint16_t waiting_ = 0;  // bit p: something of priority p may be queued; where it is not set, nothing is
  std::array<List<Slot>, 2> in_flight_;  // numbered in this session, and in the one before
  // A peer is on one of these at most: who gets something again, and who began to owe in this moment or the one before.
  List<Peer, Owing> retrying_;
  std::array<List<Peer, Owing>, 2> owing_;
  bool this_moment_ = false;  // which of the two it is
  Tick moment_began_{};
  std::size_t used_ = 0;
  std::uint32_t next_handle_ = 0;
};

}  // namespace tacit::nomq
