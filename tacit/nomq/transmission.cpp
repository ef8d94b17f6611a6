#include "tacit/kit/prefetch.hpp"
#include "tacit/nomq/publisher.hpp"
#include "tacit/nomq/retries.hpp"

// A publisher's packets leave: what is to be sent again, what somebody lacks who came later, and what is new.
namespace tacit::nomq {

namespace {

constexpr std::uint32_t given_up_after_s = 60;
constexpr std::size_t fetched_at_once = 16;  // messages; what they need is a third of the first cache

// Where it goes when it goes to all of them, or to who may be at an address.
Path path_of(const Slot& slot) {
  return {.peer = slot.address, .to_group = slot.to == Slot::To::group && slot.address.port == 0};
}

}  // namespace

bool Publisher::transmit(Sealing& sealing, Tick now) {
  while (Peer* peer = retrying_.front()) {
    if (!transmit_again(*peer, sealing, now)) return false;
    List<Peer, Owing>::remove(*peer);
    expect(*peer, now);
  }
  while (Slot* slot = repeating_.front()) {
    if (!common_.paced(now)) break;
    if (!repeat(*slot, sealing, now)) return false;
    if (!slot->pubrel_due) List<Slot, Retrying>::remove(*slot);
  }
  return transmit_retained(sealing, now) && transmit_queued(sealing, now);
}

// One by one, to the peer alone. What an address that is not proven may get is for the challenge alone: what is owed
// would use it up, and wait for the proof for ever.
bool Publisher::transmit_again(Peer& peer, Sealing& sealing, Tick now) {
  if (!peer.address.proven) return true;
  while (Debt* debt = peer.again.front())
    if (!transmit_again(*debt, sealing, now)) return false;
  return true;
}

bool Publisher::transmit_again(Debt& debt, Sealing& sealing, Tick now) {
  const Slot& slot = *debt.slot;
  Peer& peer = *debt.peer;
  const bool put_it = debt.peer_has_it() ? put_pubrel(slot, peer.address.path(), sealing)
                                         : put(slot, slot.id, slot.session, peer.address.path(), sealing);
  if (!put_it) return false;
  debt.repeated = true;
  note_sent(debt, true, now);
  return true;
}

// What strangers owe. Legacy: after each repeated PUBLISH of QoS 2 a bare PUBREL, which a board that has
// the message answers and any other ignores; and the last try at QoS 1 has a new nonce, because a board
// does not acknowledge what it has seen.
bool Publisher::repeat(Slot& slot, Sealing& sealing, Tick) {
  const Path to = path_of(slot);
  const Debt* debt = slot.debts.front();
  const bool pubrel_only = slot.delivered > 0 || (!common_.legacy() && debt && debt->peer_has_it());
  if (features.qos2 && (slot.pubrel_due || pubrel_only)) {
    if (!put_pubrel(slot, to, sealing)) return false;
    slot.pubrel_due = false;
    return true;
  }
  const bool last = common_.legacy() && slot.qos == Qos::at_least_once && slot.tries == legacy_repeats.size();
  const std::uint32_t nonce = slot.nonce;
  if (last) slot.nonce = common_.random.value<std::uint32_t>();
  if (!put(slot, slot.id, slot.session, to, sealing)) {
    slot.nonce = nonce;
    return false;
  }
  slot.pubrel_due = common_.legacy() && slot.qos == Qos::exactly_once;
  return true;
}

bool Publisher::transmit_retained(Sealing& sealing, Tick now) {
  if (!features.retained) return true;
  while (true) {
    const auto next = retained_.next(sealing.now_s());
    Slot* slot = next.interest ? free_.front() : nullptr;
    if (!slot || next.message->size > slot->memory.size()) return true;
    const Retained& message = *next.message;
    fill(*slot, publication_of(message, message.qos), message.published_s);
    slot->to = Slot::To::peer;
    slot->address = next.interest->peer->address.peer;
    slot->interest = next.interest;
    const Sent sent =
        slot->qos == Qos::at_most_once || may_number_another() ? transmit_first(*slot, sealing, now) : Sent::not_now;
    if (sent == Sent::yes) {
      retained_.sent(next);
      if (slot->qos == Qos::at_most_once) retained_.resume(*next.interest);
      else next.interest->serving = slot;
    } else {
      release(*slot);
      if (sent == Sent::not_now) wait_for_relief(now + relief_gap);
      return sent == Sent::not_now;
    }
  }
}

bool Publisher::transmit_queued(Sealing& sealing, Tick now) {
  for (std::size_t n = 0; Slot* slot = next_queued(now); ++n) {
    if (n % fetched_at_once == 0 && channels_.listeners_are_far()) prefetch_listeners(*slot);
    if (expired(*slot, sealing.now_s())) {
      common_.counters.add(Reason::expired);
      slot->given_up = 1;
      slot->reason = Reason::expired;
      conclude(*slot);
      continue;
    }
    switch (transmit_first(*slot, sealing, now)) {
      case Sent::yes: break;
      case Sent::not_now: return true;
      case Sent::outbox_full: return false;
    }
  }
  return true;
}

// A message leads to its channel, that to who listens, and that to the peer: each is a wait for memory where thousands
// listen. So it is done for some messages at once. More than the first listener is seldom there.
void Publisher::prefetch_listeners(const Slot& first) const {
  if (first.qos == Qos::at_most_once) return;  // whoever listens, nobody owes
  struct Ahead {
    const Slot* slot;
    const Interest* listener;
  };
  std::array<Ahead, fetched_at_once> memory;
  const List<Slot>& queue = queued_acknowledged_[first.priority];
  std::size_t count = 0;
  for (const Slot* slot = &first; slot && count < memory.size(); slot = queue.after(*slot)) {
    memory[count++].slot = slot;
    channels_.prefetch(slot->channel);
  }
  const auto all = std::span(memory).first(count);
  for (const Ahead& one : all) channels_.prefetch_channel(one.slot->channel);
  for (Ahead& one : all) {
    const Channel* channel = channels_.find(one.slot->channel);
    one.listener = channel ? channel->audience.front() : nullptr;
    if (one.listener) prefetch(*one.listener);
  }
  for (const Ahead& one : all)
    if (one.listener) prefetch(*one.listener->peer), debts_.prefetch(*one.slot, *one.listener->peer);
}

// The most important, and the oldest of those. What must be numbered waits while the oldest number is too
// far behind; what goes to the group waits, at the start, until we know who is there.
Slot* Publisher::next_queued(Tick now) {
  const bool number_free = may_number_another();
  const bool discovered = common_.legacy() || presence_.discovered(now);
  for (unsigned left = waiting_; left != 0;) {
    const auto p = static_cast<unsigned>(31 - __builtin_clz(left));
    left &= ~(1u << p);
    Slot* plain = queued_[p].front();
    Slot* acknowledged = queued_acknowledged_[p].front();
    if (!plain && !acknowledged) {
      waiting_ = static_cast<std::uint16_t>(waiting_ & ~(1u << p));
      continue;
    }
    if (acknowledged && !number_free) {
      wait_for_relief(now + relief_gap);
      acknowledged = nullptr;
    }
    if (acknowledged && acknowledged->to == Slot::To::group && !discovered) {
      common_.timers.set_by(relief, presence_.discovered_at());
      acknowledged = nullptr;
    }
    const auto age = [this](const Slot& s) { return next_handle_ - static_cast<std::uint32_t>(s.handle); };
    if (plain && acknowledged) return age(*plain) > age(*acknowledged) ? plain : acknowledged;
    if (plain || acknowledged) return plain ? plain : acknowledged;
  }
  return nullptr;
}

bool Publisher::may_number_another() const {
  const Slot* oldest = in_flight_[0].front();
  const auto next = static_cast<std::uint32_t>(common_.self.next_acknowledged());
  return !oldest || next - static_cast<std::uint32_t>(oldest->id) < ids_in_flight_max;
}

Publisher::Sent Publisher::transmit_first(Slot& slot, Sealing& sealing, Tick now) {
  const bool numbered = slot.qos != Qos::at_most_once;
  if (numbered && !enough_debts(slot)) {
    wait_for_relief(now + relief_gap);
    return Sent::not_now;
  }
  if (!common_.paced(now)) return Sent::not_now;
  const Path to = slot.to == Slot::To::peer ? slot.interest->peer->address.path() : path_of(slot);
  const PacketId id = numbered ? common_.self.next_acknowledged() : common_.self.next_at_most_once();
  if (!put(slot, id, common_.self.session(), to, sealing)) return Sent::outbox_full;
  if (numbered) {
    number(slot, now);
  } else {
    common_.self.take_at_most_once();
    release(slot);
  }
  return Sent::yes;
}

bool Publisher::enough_debts(const Slot& slot) const {
  std::size_t needed = 1;
  const Channel* channel = slot.to == Slot::To::group && !common_.legacy() ? channels_.find(slot.channel) : nullptr;
  for (const Interest* i = channel ? channel->audience.front() : nullptr; i; i = channel->audience.after(*i)) ++needed;
  return needed <= debts_.room();
}

// It has left for the first time: now it has a packet id, and those who are there owe an acknowledgement.
void Publisher::number(Slot& slot, Tick now) {
  slot.id = common_.self.next_acknowledged();
  slot.session = common_.self.session();
  common_.self.take_acknowledged();
  slot.first_sent = now;
  slot.numbered = true;
  in_flight_[0].push_back(slot);
  in_flight_index_.insert(slot);

  if (slot.to == Slot::To::peer) {
    owe(slot, *slot.interest->peer, now);
  } else if (slot.to == Slot::To::group && !common_.legacy()) {
    const Channel* channel = channels_.find(slot.channel);
    for (Interest* i = channel ? channel->audience.front() : nullptr; i; i = channel->audience.after(*i))
      if (i->peer->presence == Peer::Presence::present) owe(slot, *i->peer, now);
    if (slot.owing == 0) {
      slot.reason = Reason::no_subscriber;
      common_.counters.add(Reason::no_subscriber);
      return conclude(slot);
    }
  } else if (!common_.legacy()) {
    debts_.add(slot, slot.debts, nullptr);
    slot.owing = 1;
  }
  slot.deadline = slot.first_sent + second * std::clamp<std::uint32_t>(slot.ttl_s, 1, given_up_after_s);
  if (common_.legacy()) slot.deadline = std::min(slot.deadline, slot.first_sent + legacy_deadline);
  slot.wait = RoundTrip{}.wait();
  plan(slot, now);
}

void Publisher::owe(Slot& slot, Peer& peer, Tick now) {
  if (!peer.owes()) {
    peer.silent_since = now;
    peer.wait = common_.about(peer.round_trip.wait(), 20);
  }
  Debt& debt = debts_.add(slot, slot.debts, &peer);
  ++slot.owing;
  note_sent(debt, slot.to == Slot::To::peer, now);
  if (!peer.address.proven) presence_.want_ask(peer, now);
}

// When a slot is looked at next: for its next try, where strangers owe, or because its time is over.
void Publisher::plan(Slot& slot, Tick now) {
  slot.next_try = slot.deadline;
  if (common_.legacy()) {
    if (slot.tries < legacy_repeats.size()) slot.next_try = slot.first_sent + legacy_repeats[slot.tries];
  } else if (slot.to == Slot::To::address) {
    slot.next_try = now + common_.about(slot.wait, 20);
    slot.wait = std::min(slot.wait * 2, longest_wait);
  }
  common_.timers.set_by(slot, std::min(slot.next_try, slot.deadline));
}

bool Publisher::put(const Slot& slot, PacketId id, SessionId session, const Path& to, Sealing& sealing) const {
  Header header;
  header.type = PacketType::publish;
  header.flags = PublishFlags{slot.qos, slot.retain, !common_.legacy(), slot.priority}.bits();
  header.id = id;
  header.session = session;
  header.ttl_s = slot.ttl_s;
  header.channel = slot.channel;
  const bool since_2000 = from_2000(slot);
  PublishFront room;
  const std::uint32_t published_s = since_2000 ? slot.published_s - seconds_1970_to_2000 : slot.published_s;
  const Bytes front = write_publish_front({0, published_s, slot.nonce, slot.size}, common_.profile(), room);
  return sealing.add(header, front, Bytes(slot.memory).first(slot.size), to, since_2000);
}

bool Publisher::put_pubrel(const Slot& slot, const Path& to, Sealing& sealing) const {
  return Answers::put({to, slot.channel, slot.id, slot.session, PacketType::pubrel, from_2000(slot)}, sealing);
}

// How who gets it counts the seconds: the peer at that address, or the one heard last.
bool Publisher::from_2000(const Slot& slot) const {
  if (!common_.legacy()) return false;
  if (common_.config.epoch == Epoch::automatic && slot.to == Slot::To::address)
    for (const Peer* peer = peers_.present().front(); peer; peer = peers_.present().after(*peer))
      if (peer->address.peer == slot.address) return peer->from_2000;
  return common_.group_from_2000;
}

}  // namespace tacit::nomq
