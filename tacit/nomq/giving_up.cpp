#include "tacit/nomq/publisher.hpp"
#include "tacit/nomq/retries.hpp"

// What was not acknowledged: in time, so that it is sent again, or for so long that it is given up.
namespace tacit::nomq {

// A wait is about() so long, give or take a fifth.
static_assert(ticks({RoundTrip::shortest_us}).count * 8 / 10 > 2 * a_moment.count,
              "who began to owe is looked at before its wait is over");

void Publisher::on_peer_alarm(Peer& peer, Tick now) {
  bool late = false;
  for (List<Debt, ByPeer>& list : peer.waiting)
    for (Debt* debt; (debt = list.front()) && debt->sent_at + peer.wait <= now; late = true)
      peer.again.push_back(*debt);
  if (late) {
    peer.wait = std::min(common_.about(peer.wait * 2, 20), longest_wait);
    resume(peer);
  }
  await(peer);
}

// To the group, or to a peer alone.
void Publisher::note_sent(Debt& debt, bool alone, Tick now) {
  Peer& peer = *debt.peer;
  debt.sent_at = now;
  debt.alone = alone;
  debt.order = peer.sent[alone]++;
  peer.waiting[alone].push_back(debt);
  expect(peer, now);
}

// What was sent well before something that is acknowledged now got lost on one of its ways. Were it to wait until its
// time is over, all that is in flight would wait with it: ids are never far apart.
void Publisher::overtake(Peer& peer, const Debt& by) {
  List<Debt, ByPeer>& list = peer.waiting[by.alone];
  const auto is_overtaken = [&by](const Debt& debt) {
    return static_cast<std::int16_t>(by.order - debt.order) >= overtaken_by;
  };
  bool any = false;
  for (Debt* debt; (debt = list.front()) && is_overtaken(*debt); any = true) peer.again.push_back(*debt);
  if (any) resume(peer);
}

// Almost everybody acknowledges within a moment. Only for who has not an alarm is set: among ten thousand each would
// cost a way through the heap, and the memory of a dozen other peers.
void Publisher::expect(Peer& peer, Tick now) {
  if (List<Peer, Owing>::holds(peer)) return;
  owing_[this_moment_].push_back(peer);
  if (moment.set()) return;
  moment_began_ = now;
  common_.timers.set(moment, now + a_moment);
}

void Publisher::on_moment(Tick now) {
  const int moments = now - moment_began_ < a_moment * 2 ? 1 : 2;  // two, where we were woken late
  moment_began_ = now;
  for (int i = 0; i < moments; ++i) {
    this_moment_ = !this_moment_;
    for (Peer* peer; (peer = owing_[this_moment_].front());) {
      List<Peer, Owing>::remove(*peer);
      await(*peer);
    }
  }
  if (!owing_[!this_moment_].empty()) common_.timers.set(moment, now + a_moment);
}

// The alarm is for what was sent first, and no later than its wait is now.
void Publisher::await(Peer& peer) {
  for (const List<Debt, ByPeer>& list : peer.waiting)
    if (const Debt* first = list.front()) common_.timers.set_by(peer, first->sent_at + peer.wait);
}

// Almost no slot is in flight any more when its alarm is due. So it stays set when the slot is concluded, and set for
// sooner when the slot is used again, and looks here: to take it out would cost each message a way through the heap.
void Publisher::on_slot_alarm(Slot& slot, Tick now) {
  if (!slot.numbered) return;
  if (const Tick due = std::min(slot.next_try, slot.deadline); now < due) return common_.timers.set(slot, due);
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
    if (debt->open()) give_up(*debt, why);
}

// Its entry will be somebody else's, who must not be taken to have acknowledged what this one did.
void Publisher::forget(Peer& peer) {
  while (Debt* debt = peer.closed.front()) debts_.move(*debt, nullptr);
}

void Publisher::close(Debt& debt) {
  if (debt.peer) debt.peer->closed.push_back(debt);
  --debt.slot->owing;
}

void Publisher::forgive(Peer& peer, Reason why) {
  for (List<Debt, ByPeer>* list : {&peer.waiting[0], &peer.waiting[1], &peer.again})
    while (Debt* debt = list->front()) {
      Slot& slot = *debt->slot;
      give_up(*debt, why);
      if (slot.owing == 0) conclude(slot);
    }
}

void Publisher::forgive_unlistened(Peer& peer) {
  for (List<Debt, ByPeer>* list : {&peer.waiting[0], &peer.waiting[1], &peer.again})
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
  for (List<Debt, ByPeer>* list : {&from.waiting[0], &from.waiting[1], &from.again})
    while (Debt* debt = list->front()) {
      Slot& slot = *debt->slot;
      if (debts_.find(slot, to)) {
        close(*debt);
        debts_.free(*debt);
        if (slot.owing == 0) conclude(slot);
      } else {
        debts_.move(*debt, &to);
        to.again.push_back(*debt);
      }
    }
  while (Debt* debt = from.closed.front()) {
    const bool also_its = debts_.find(*debt->slot, to);
    debts_.move(*debt, also_its ? nullptr : &to);
    if (!also_its) to.closed.push_back(*debt);
  }
  resume(to);
}

void Publisher::wait_for_relief(Tick due) {
  blocked_ = true;
  common_.timers.set_by(relief, due);
}

void Publisher::on_relief(Tick now) {
  if (blocked_) (void)relieve(now);
  blocked_ = false;
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
    if (!debt->open()) continue;
    if (now - (debt->peer ? debt->peer->silent_since : slot.first_sent) < silence) return false;
  }
  return slot.owing > 0;
}

}  // namespace tacit::nomq
