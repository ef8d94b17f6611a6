#include "tacit/nomq/publisher.hpp"

#include "tacit/nomq/utf8.hpp"

namespace tacit::nomq {

namespace {

constexpr Ticks second = ticks({1'000'000}), silence = ticks({5'000'000}), longest_wait = ticks({8'000'000}),
                relief_gap = ticks({250'000});
constexpr Ticks legacy_deadline = ticks({25'000'000}), legacy_settling = ticks({1'000'000});
constexpr std::array<Ticks, 4> legacy_repeats{ticks({1'000'000}), ticks({3'000'000}), ticks({7'000'000}),
                                              ticks({15'000'000})};
constexpr std::uint32_t given_up_after_s = 60;
constexpr std::int32_t renewal_distance = 2048;

// Where it goes when it goes to all of them, or to who may be at an address.
Path path_of(const Slot& slot) { return {slot.address, {}, slot.to == Slot::To::group && slot.address.port == 0}; }

Publication publication_of(const Retained& message, Qos qos) {
  return {.channel = message.channel->id,
          .message = Bytes(message.memory).first(message.size),
          .qos = qos,
          .retain = true,
          .priority = message.priority,
          .ttl_s = message.ttl_s};
}

bool open(const Debt& debt) { return debt.state <= Debt::State::pubrel_sent; }
bool has_it(const Debt& debt) { return features.qos2 && debt.state == Debt::State::pubrel_sent; }

}  // namespace

Publisher::Publisher(Common& common, const Tables& tables, Peers& peers, Channels& channels, Presence& presence,
                     Retainer& retained)
    : common_(common), peers_(peers), channels_(channels), presence_(presence), retained_(retained),
      debts_(tables.debts, tables.debt_buckets), in_flight_index_(tables.slot_buckets), who_(tables.who) {
  const std::size_t each = tables.messages.size() / tables.slots.size();
  MutBytes memory = tables.messages;
  for (Slot& slot : tables.slots) {
    slot.kind = static_cast<std::uint8_t>(Alarm::slot);
    slot.memory = memory.first(each);
    memory = memory.subspan(each);
    free_.push_back(slot);
  }
}

// --- The owner's verb --------------------------------------------------------------------------------

Result<Handle> Publisher::publish(const Publication& what, const Now& now) {
  if (auto fine = check(what); !fine) return fine.error();
  if (!now.utc) return Reason::no_wall_clock;
  Slot* slot = make_room(what.priority, tick_of(now.tick));
  if (!slot) return Reason::queue_full;
  if (what.message.size() > slot->memory.size()) return Reason::too_large;

  fill(*slot, what, now.utc->s);
  slot->handle = Handle{next_handle_++};
  slot->to = what.to && !what.to_many ? Slot::To::address : Slot::To::group;
  slot->reported = true;
  return slot->handle;
}

Result<Done> Publisher::check(const Publication& what) const {
  if (what.message.size() > message_max) return Reason::too_large;
  if (what.message.empty() && !what.retain) return Reason::empty_message;
  if (what.qos > Qos::exactly_once) return Reason::bad_qos;
  if (what.qos == Qos::exactly_once && !features.qos2) return Reason::not_supported;
  if (what.priority > priority_max) return Reason::invalid_argument;
  if (common_.legacy() && !is_utf8(what.message)) return Reason::bad_utf8;
  return Done{};
}

// Where all slots are taken, what is owed by the silent is given up, and then what matters less gives way.
Slot* Publisher::make_room(std::uint8_t priority, Tick now) {
  if (free_.empty()) (void)relieve(now);
  for (std::size_t lower = 0; free_.empty() && lower < priority; ++lower)
    if (displace(queued_[lower]) || displace(queued_acknowledged_[lower])) common_.counters.add(Reason::queue_full);
  return free_.front();
}

bool Publisher::displace(List<Slot>& line) {
  Slot* last = line.back();
  if (!last) return false;
  if (last->qos != Qos::at_most_once && last->reported) {
    if (displaced_count_ == displaced_.size()) return false;
    displaced_[displaced_count_++] = last->handle;
  }
  release(*last);
  return true;
}

// A free slot holds the message, and is queued; the group gets it, or `what.to`, and nobody hears how it ended.
void Publisher::fill(Slot& slot, const Publication& what, std::uint32_t published_s) {
  slot.handle = {};
  slot.to = Slot::To::group;
  slot.address = what.to.value_or(Endpoint{});
  slot.interest = nullptr;
  slot.reported = false;
  slot.channel = what.channel;
  slot.qos = what.qos;
  slot.retain = what.retain;
  slot.priority = what.priority;
  slot.ttl_s = what.ttl_s;
  slot.published_s = published_s;
  slot.size = static_cast<std::uint16_t>(what.message.size());
  copy(what.message, slot.memory);
  slot.nonce = common_.random.value<std::uint32_t>();
  slot.tries = 0;
  slot.owing = slot.delivered = slot.given_up = 0;
  slot.reason.reset();
  slot.pubrel_due = false;
  ++used_;
  (slot.qos == Qos::at_most_once ? queued_ : queued_acknowledged_)[slot.priority].push_back(slot);
}

bool Publisher::publish_again(const Retained& message) {
  Slot* slot = free_.front();
  if (!slot || slot->memory.size() < message.size) return false;
  fill(*slot, publication_of(message, Qos::at_most_once), message.published_s);
  slot->handle = Handle{next_handle_++};
  return true;
}

// --- Leaving -----------------------------------------------------------------------------------------

bool Publisher::transmit(Sealing& sealing, Tick now) {
  while (Peer* peer = retrying_.front()) {
    if (!transmit_again(*peer, sealing, now)) return false;
    List<Peer, Retrying>::remove(*peer);
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
  const bool put_it = has_it(debt) ? put_pubrel(slot, peer.address.path(), sealing)
                                   : put(slot, slot.id, slot.session, peer.address.path(), sealing);
  if (!put_it) return false;
  debt.repeated = true;
  debt.sent_at = now;
  peer.waiting.push_back(debt);
  common_.timers.set_by(peer, now + peer.wait);
  return true;
}

// What strangers owe. Legacy: after each repeated PUBLISH of QoS 2 a bare PUBREL, which a board that has
// the message answers and any other ignores; and the last try at QoS 1 has a new nonce, because a board
// does not acknowledge what it has seen.
bool Publisher::repeat(Slot& slot, Sealing& sealing, Tick) {
  const Path to = path_of(slot);
  const Debt* debt = slot.debts.front();
  const bool pubrel_only = slot.delivered > 0 || (!common_.legacy() && debt && has_it(*debt));
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
  while (Slot* slot = next_queued(now)) {
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

// The most important, and the oldest of those. What must be numbered waits while the oldest number is too
// far behind; what goes to the group waits, at the start, until we know who is there.
Slot* Publisher::next_queued(Tick now) {
  const bool number_free = may_number_another();
  const bool discovered = common_.legacy() || presence_.discovered(now);
  for (std::size_t p = queued_.size(); p-- > 0;) {
    Slot* plain = queued_[p].front();
    Slot* acknowledged = queued_acknowledged_[p].front();
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

const ChannelId* Publisher::only_channel_waiting() const {
  const ChannelId* only = nullptr;
  for (const List<Slot>& line : queued_acknowledged_)
    for (const Slot* slot = line.front(); slot; slot = line.after(*slot)) {
      if (slot->to != Slot::To::group) continue;
      if (only && *only != slot->channel) return nullptr;
      only = &slot->channel;
    }
  return only;
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
  debt.sent_at = now;
  peer.waiting.push_back(debt);
  common_.timers.set_by(peer, now + peer.wait);
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
  common_.timers.set(slot, std::min(slot.next_try, slot.deadline));
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
  const Bytes front = write_publish_front({0, published_s, slot.nonce, slot.size}, common_.config.profile, room);
  return sealing.add(header, front, Bytes(slot.memory).first(slot.size), to, since_2000);
}

bool Publisher::put_pubrel(const Slot& slot, const Path& to, Sealing& sealing) const {
  return Answers::put({to, slot.channel, slot.id, slot.session, PacketType::pubrel, 0, from_2000(slot)}, sealing);
}

// How who gets it counts the seconds: the peer at that address, or the one heard last.
bool Publisher::from_2000(const Slot& slot) const {
  if (common_.config.epoch == Epoch::automatic && slot.to == Slot::To::address)
    for (const Peer* peer = peers_.present().front(); peer; peer = peers_.present().after(*peer))
      if (peer->address.peer == slot.address) return peer->from_2000;
  return common_.group_from_2000;
}

// --- Acknowledged ------------------------------------------------------------------------------------

Result<bool> Publisher::on_acknowledgement(const Opened& packet, Peer* peer, const Path& from, Answers& answers,
                                           Tick now) {
  const Header& header = packet.header();
  const auto body = wire::decode<ControlBody>(packet.body());
  if (!body || packet.body().size() != wire::size_of<ControlBody> || body->id != header.id) return Reason::bad_body;
  Slot* slot = in_flight_index_.find(header.id);
  if (!slot || slot->channel != header.channel) return Reason::unknown_id;

  const bool ends_qos_1 = header.type == PacketType::ack;
  const bool legacy_end = common_.legacy() && ends_qos_1;  // an early revision answers QoS 2 with an ACK
  if (!legacy_end && ends_qos_1 != (slot->qos == Qos::at_least_once)) return Reason::wrong_state;
  if (header.type == PacketType::pubcomp && answers_any_pubrel(*slot, peer, header.session)) return Reason::wrong_state;
  Debt* debt = debt_of(*slot, header, peer, from);
  if (!debt) return on_no_debt(*slot, header, peer, from, answers);
  return on_open_debt(*debt, header, from, packet.from_2000(), answers, now);
}

// Legacy: a PUBCOMP with no PUBREC before it says that a board has the message, whose PUBREC got lost. From a node like
// this one it says nothing, because such a node answers each PUBREL, and each repeated PUBLISH with PUBREC. Boards do
// not tell what they listen to: who did is no board.
bool Publisher::answers_any_pubrel(const Slot& slot, const Peer* peer, SessionId session) const {
  if (!common_.legacy() || !peer || peer->interests.empty()) return false;
  const Debt* debt = answered_by(slot, session);
  return !debt || debt->state == Debt::State::publish_sent;
}

Result<bool> Publisher::on_open_debt(Debt& debt, const Header& header, const Path& from, bool from_2000,
                                     Answers& answers, Tick now) {
  Slot& slot = *debt.slot;
  const bool pubrec = features.qos2 && header.type == PacketType::pubrec;
  if (pubrec && debt.state != Debt::State::given_up) {
    // Also where it has been said before: what we said then may be what got lost.
    answers.push(PacketType::pubrel, slot.session, header, from, from_2000);
    if (debt.state != Debt::State::publish_sent) return false;
  } else if (!open(debt)) {
    return Reason::duplicate;
  } else if (header.type == PacketType::pubcomp && debt.state == Debt::State::publish_sent && !common_.legacy()) {
    return Reason::wrong_state;
  }

  debt.by = header.session;
  if (Peer* peer = debt.peer) {
    if (!debt.repeated) peer->round_trip.measure(now - debt.sent_at);
    peer->silent_since = now;
    peer->wait = common_.about(peer->round_trip.wait(), 20);
  }
  if (!pubrec) {
    settle(debt, now);
    return true;
  }
  debt.state = Debt::State::pubrel_sent;
  debt.sent_at = now;
  debt.repeated = false;
  if (debt.peer) {
    debt.peer->waiting.push_back(debt);
    common_.timers.set_by(*debt.peer, now + debt.peer->wait);
  } else if (common_.legacy()) {
    slot.deadline = slot.first_sent + legacy_deadline;
  } else {
    slot.wait = RoundTrip{}.wait();
    plan(slot, now);
  }
  return true;
}

// Somebody has it who was not known to listen. A known peer is counted, but nobody waits for it; a session
// that is not known is asked who it is: it may be a peer renewed.
Result<bool> Publisher::on_no_debt(Slot& slot, const Header& header, Peer* peer, const Path& from, Answers& answers) {
  if (!peer) {
    if (common_.legacy()) return Reason::unknown_peer;
    Header ask;
    ask.id = common_.random.value<PacketId>();
    answers.push(PacketType::heartbeat, common_.self.session(), ask, from, false);
    return Reason::unknown_peer;
  }
  // A PUBCOMP says nothing here: whoever gets a PUBREL, a node restarted too, answers it.
  if (header.type == PacketType::pubcomp) return false;
  if (features.qos2 && header.type == PacketType::pubrec)
    answers.push(PacketType::pubrel, slot.session, header, from, false);
  if (slot.to == Slot::To::group && debts_.room() > 0) {
    Debt& record = debts_.add(slot, slot.debts, peer);
    record.state = Debt::State::settled;
    record.by = header.session;
    ++slot.delivered;
  }
  return false;
}

// Null: who acknowledges owes nothing.
Debt* Publisher::debt_of(Slot& slot, const Header& header, Peer* peer, const Path& from) {
  if (!common_.legacy() && slot.to != Slot::To::address) return peer ? debts_.find(slot, *peer) : nullptr;
  if (slot.to == Slot::To::address && !common_.legacy()) {
    Debt* debt = slot.debts.front();  // of whoever first acknowledges from there
    const bool first = debt->by == SessionId{} || debt->by == header.session;
    return first && from.peer == slot.address ? debt : nullptr;
  }
  if (Debt* known = answered_by(slot, header.session)) return known;
  if (debts_.room() == 0) return nullptr;
  Debt& debt = debts_.add(slot, slot.debts, nullptr);
  debt.by = header.session;
  ++slot.owing;
  return &debt;
}

Debt* Publisher::answered_by(const Slot& slot, SessionId session) const {
  Debt* debt = slot.debts.front();
  while (debt && debt->by != session) debt = slot.debts.after(*debt);
  return debt;
}

void Publisher::settle(Debt& debt, Tick now) {
  Slot& slot = *debt.slot;
  close(debt);
  debt.state = Debt::State::settled;
  ++slot.delivered;
  if (slot.owing > 0) return;
  if (!common_.legacy() || slot.to == Slot::To::address) return conclude(slot);
  slot.deadline = std::min(slot.deadline, now + legacy_settling);  // for others who are about to answer
  slot.tries = legacy_repeats.size();
  List<Slot, Retrying>::remove(slot);
  plan(slot, now);
}

// The caller concludes the slot where nobody owes any more.
void Publisher::give_up(Debt& debt, Reason why) {
  Slot& slot = *debt.slot;
  close(debt);
  debt.state = Debt::State::given_up;
  ++slot.given_up;
  if (!slot.reason) slot.reason = why;
  common_.counters.add(why);
}

void Publisher::give_up_all(Slot& slot, Reason why) {
  for (Debt* debt = slot.debts.front(); debt; debt = slot.debts.after(*debt))
    if (open(*debt)) give_up(*debt, why);
}

void Publisher::close(Debt& debt) {
  List<Debt, ByPeer>::remove(debt);
  --debt.slot->owing;
}

void Publisher::conclude(Slot& slot) {
  if (slot.numbered) {
    slot.numbered = false;
    in_flight_index_.erase(slot);
    common_.timers.cancel(slot);
    List<Slot, Retrying>::remove(slot);
  }
  if (slot.reported && slot.qos != Qos::at_most_once) finished_.push_back(slot);
  else release(slot);
}

void Publisher::release(Slot& slot) {
  while (Debt* debt = slot.debts.front()) debts_.free(*debt);
  free_.push_front(slot);  // the slot used last is the warmest
  --used_;
  Interest* served = slot.interest;
  slot.interest = nullptr;
  if (!served || served->serving != &slot) return;
  served->serving = nullptr;
  retained_.resume(*served);
}

std::optional<Outcome> Publisher::poll_outcome() {
  if (displaced_count_ > 0) return Outcome{displaced_[--displaced_count_], 0, 1, Reason::queue_full, {}};
  Slot* slot = finished_.front();
  if (!slot) return std::nullopt;
  std::size_t count = 0;
  for (const Debt* debt = slot->debts.front(); debt && count < who_.size(); debt = slot->debts.after(*debt))
    if (debt->state == Debt::State::settled) who_[count++] = debt->by;
  const Outcome outcome{slot->handle, slot->delivered, slot->given_up, slot->reason, who_.first(count)};
  release(*slot);
  return outcome;
}

bool Publisher::awaits_pubcomp(SessionId from, PacketId id) const {
  const Slot* slot = in_flight_index_.find(id);
  for (const Debt* debt = slot ? slot->debts.front() : nullptr; debt; debt = slot->debts.after(*debt))
    if (debt->by == from && debt->state == Debt::State::pubrel_sent) return true;
  return false;
}

// --- Not acknowledged --------------------------------------------------------------------------------

void Publisher::on_peer_alarm(Peer& peer, Tick now) {
  const Debt* first = peer.waiting.front();
  if (!first) return;
  if (first->sent_at + peer.wait <= now) {
    for (Debt* debt; (debt = peer.waiting.front()) && debt->sent_at + peer.wait <= now;) peer.again.push_back(*debt);
    peer.wait = std::min(common_.about(peer.wait * 2, 20), longest_wait);
    resume(peer);
  }
  if (const Debt* next = peer.waiting.front()) common_.timers.set_by(peer, next->sent_at + peer.wait);
}

void Publisher::on_slot_alarm(Slot& slot, Tick now) {
  if (now < slot.deadline) {
    ++slot.tries;
    repeating_.push_back(slot);
    return plan(slot, now);
  }
  give_up_all(slot, Reason::no_acknowledgement);
  if (slot.delivered == 0 && slot.given_up == 0) {
    slot.reason = Reason::no_subscriber;
    common_.counters.add(Reason::no_subscriber);
  }
  conclude(slot);
}

void Publisher::wait_for_relief(Tick due) {
  blocked_ = true;
  common_.timers.set_by(relief, due);
}

void Publisher::on_relief(Tick now) {
  if (blocked_) (void)relieve(now);
  blocked_ = false;
}

void Publisher::forgive(Peer& peer, Reason why) {
  for (List<Debt, ByPeer>* list : {&peer.waiting, &peer.again})
    while (Debt* debt = list->front()) {
      Slot& slot = *debt->slot;
      give_up(*debt, why);
      if (slot.owing == 0) conclude(slot);
    }
}

void Publisher::close() {
  for (auto* lines : {&queued_, &queued_acknowledged_})
    for (List<Slot>& line : *lines)
      while (Slot* slot = line.front()) {
        slot->given_up = 1;
        slot->reason = Reason::closed;
        conclude(*slot);
      }
  for (List<Slot>& list : in_flight_)
    while (Slot* slot = list.front()) {
      give_up_all(*slot, Reason::closed);
      conclude(*slot);
    }
}

void Publisher::forgive_unlistened(Peer& peer) {
  for (List<Debt, ByPeer>* list : {&peer.waiting, &peer.again})
    for (Debt* debt = list->front(); debt;) {
      Debt* const next = list->after(*debt);
      Slot& slot = *debt->slot;
      const Channel* channel = channels_.find(slot.channel);
      if (!channel || !channels_.interest(peer, *channel)) {
        give_up(*debt, Reason::no_subscriber);
        if (slot.owing == 0) conclude(slot);
      }
      debt = next;
    }
}

// What one entry owed is owed by the other, once.
void Publisher::inherit(Peer& from, Peer& to) {
  if (from.owes() && !to.owes()) {
    to.silent_since = from.silent_since;
    to.wait = from.wait;
  }
  for (List<Debt, ByPeer>* list : {&from.waiting, &from.again})
    while (Debt* debt = list->front()) {
      Slot& slot = *debt->slot;
      if (debts_.find(slot, to)) {
        close(*debt);
        debts_.free(*debt);
        if (slot.owing == 0) conclude(slot);
      } else {
        debts_.move(*debt, to);
        to.again.push_back(*debt);
      }
    }
  resume(to);
}

// --- Numbers, and room for them ----------------------------------------------------------------------

bool Publisher::may_number_another() const {
  const Slot* oldest = in_flight_[0].front();
  const auto next = static_cast<std::uint32_t>(common_.self.next_acknowledged());
  return !oldest || next - static_cast<std::uint32_t>(oldest->id) < ids_in_flight_max;
}

void Publisher::renew_session(Tick now) {
  while (Slot* slot = in_flight_[0].front()) in_flight_[1].push_back(*slot);
  common_.self.renew(now, [this](PacketId start) {
    for (const Slot* slot = in_flight_[1].front(); slot; slot = in_flight_[1].after(*slot)) {
      const auto ahead =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(start) - static_cast<std::uint32_t>(slot->id));
      if (ahead >= -renewal_distance && ahead <= renewal_distance) return false;
    }
    return true;
  });
}

// One dead subscriber does not stop the others: where there is no number or no room for another message,
// what is owed by nobody but the silent is given up.
bool Publisher::relieve(Tick now) {
  if (now - relieved_ < ticks({50'000})) return false;
  relieved_ = now;
  bool any = false;
  for (List<Slot>& list : in_flight_)
    for (Slot* slot = list.front(); slot;) {
      Slot* const next = list.after(*slot);
      if (all_silent(*slot, now)) {
        give_up_all(*slot, Reason::peer_silent);
        conclude(*slot);
        any = true;
      }
      slot = next;
    }
  return any;
}

bool Publisher::all_silent(const Slot& slot, Tick now) const {
  for (const Debt* debt = slot.debts.front(); debt; debt = slot.debts.after(*debt)) {
    if (!open(*debt)) continue;
    if (now - (debt->peer ? debt->peer->silent_since : slot.first_sent) < silence) return false;
  }
  return slot.owing > 0;
}

}  // namespace tacit::nomq
