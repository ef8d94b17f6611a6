#include "tacit/nomq/publisher.hpp"
#include "tacit/nomq/retries.hpp"

// ACK, PUBREC and PUBCOMP, and what they settle.
namespace tacit::nomq {

Result<bool> Publisher::on_acknowledgement(const Received& in, Peer* peer, Answers& answers) {
  const Header& header = in.header();
  const auto body = wire::decode<ControlBody>(in.packet.body());
  if (!body || in.packet.body().size() != wire::size_of<ControlBody> || body->id != header.id) return Reason::bad_body;
  Slot* slot = in_flight_index_.find(header.id);
  if (!slot || slot->channel != header.channel) return Reason::unknown_id;

  const bool ends_qos_1 = header.type == PacketType::ack;
  const bool legacy_end = common_.legacy() && ends_qos_1;  // an early revision answers QoS 2 with an ACK
  if (!legacy_end && ends_qos_1 != (slot->qos == Qos::at_least_once)) return Reason::wrong_state;
  if (header.type == PacketType::pubcomp && answers_any_pubrel(*slot, peer, header.session)) return Reason::wrong_state;
  Debt* debt = debt_of(*slot, in, peer);
  if (!debt) return on_no_debt(*slot, in, peer, answers);
  return on_open_debt(*debt, in, answers);
}

// Legacy: a PUBCOMP with no PUBREC before it says that a board has the message, whose PUBREC got lost. From a node like
// this one it says nothing, because such a node answers each PUBREL, and each repeated PUBLISH with PUBREC. Boards do
// not tell what they listen to: who did is no board.
bool Publisher::answers_any_pubrel(const Slot& slot, const Peer* peer, SessionId session) const {
  if (!common_.legacy() || !peer || peer->interests.empty()) return false;
  const Debt* debt = answered_by(slot, session);
  return !debt || debt->state == Debt::State::publish_sent;
}

Result<bool> Publisher::on_open_debt(Debt& debt, const Received& in, Answers& answers) {
  const Header& header = in.header();
  const Tick now = in.at;
  Slot& slot = *debt.slot;
  const bool pubrec = features.qos2 && header.type == PacketType::pubrec;
  if (pubrec) {
    // Also where it has been said before: what we said then may be what got lost.
    answers.push(PacketType::pubrel, slot.session, in);
    if (debt.state != Debt::State::publish_sent) return false;
  } else if (!debt.open()) {
    return Reason::duplicate;
  } else if (header.type == PacketType::pubcomp && debt.state == Debt::State::publish_sent && !common_.legacy()) {
    return Reason::wrong_state;
  }

  debt.by = header.session;
  Peer* const peer = debt.peer;
  if (peer) {
    const Ticks since_sent = now - debt.sent_at;
    // Of what was sent again it is the last sending that is answered, where a round trip has passed since.
    if (!debt.repeated || since_sent >= ticks(peer->round_trip.smoothed())) overtake(*peer, debt);
    if (!debt.repeated) peer->round_trip.measure(since_sent);
    peer->silent_since = now;
    peer->wait = common_.about(peer->round_trip.wait(), 20);
  }
  if (!pubrec) {
    settle(debt, now);
    if (!peer) return true;
    if (!peer->owes()) List<Peer, Owing>::remove(*peer);
    else if (!List<Peer, Owing>::holds(*peer)) await(*peer);  // its other debts wait less now
    return true;
  }
  debt.state = Debt::State::pubrel_sent;
  debt.repeated = false;
  if (peer) {
    note_sent(debt, true, now);
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
Result<bool> Publisher::on_no_debt(Slot& slot, const Received& in, Peer* peer, Answers& answers) {
  const Header& header = in.header();
  if (!peer) {
    if (common_.legacy()) return Reason::unknown_peer;
    Answer& ask = answers.push(PacketType::heartbeat, common_.self.session(), in);
    ask.channel = all_channels;
    ask.id = common_.fresh_id();
    return Reason::unknown_peer;
  }
  // A PUBCOMP says nothing here: whoever gets a PUBREL, a node restarted too, answers it.
  if (header.type == PacketType::pubcomp) return false;
  if (features.qos2 && header.type == PacketType::pubrec) answers.push(PacketType::pubrel, slot.session, in);
  if (answered_by(slot, header.session)) return false;  // its entry was forgotten in between
  if (slot.to == Slot::To::group && debts_.room() > 0) {
    Debt& record = debts_.add(slot, slot.debts, peer);
    record.state = Debt::State::settled;
    record.by = header.session;
    peer->closed.push_back(record);
    ++slot.delivered;
  }
  return false;
}

// Null: who acknowledges owes nothing.
Debt* Publisher::debt_of(Slot& slot, const Received& in, Peer* peer) {
  const Header& header = in.header();
  if (!common_.legacy() && slot.to != Slot::To::address) return peer ? debts_.find(slot, *peer) : nullptr;
  if (slot.to == Slot::To::address && !common_.legacy()) {
    Debt* debt = slot.debts.front();  // of whoever first acknowledges from there
    const bool first = debt->by == SessionId{};
    const bool same = debt->by == header.session || (peer && peers_.find(debt->by) == peer);  // renewed meanwhile
    return (first || same) && in.from.peer == slot.address ? debt : nullptr;
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

}  // namespace tacit::nomq
