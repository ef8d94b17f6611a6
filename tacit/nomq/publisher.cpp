#include "tacit/nomq/publisher.hpp"

#include "tacit/base/utf8.hpp"

// What the owner says and hears, and the lists that a message goes through.
namespace tacit::nomq {

namespace {

constexpr std::int32_t renewal_distance = 2048;

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
  static_cast<Journey&>(slot) = {};
  if (what.to) slot.address = *what.to;
  slot.channel = what.channel;
  slot.qos = what.qos;
  slot.retain = what.retain;
  slot.priority = what.priority;
  slot.ttl_s = what.ttl_s;
  slot.published_s = published_s;
  slot.size = static_cast<std::uint16_t>(what.message.size());
  slot.nonce = common_.random.value<std::uint32_t>();
  copy(what.message, slot.memory);
  ++used_;
  (slot.qos == Qos::at_most_once ? queued_ : queued_acknowledged_)[slot.priority].push_back(slot);
  waiting_ = static_cast<std::uint16_t>(waiting_ | 1u << slot.priority);
}

bool Publisher::publish_again(const Retained& message) {
  Slot* slot = free_.front();
  if (!slot || slot->memory.size() < message.size) return false;
  fill(*slot, publication_of(message, Qos::at_most_once), message.published_s);
  slot->handle = Handle{next_handle_++};
  return true;
}

void Publisher::conclude(Slot& slot) {
  if (slot.numbered) {
    slot.numbered = false;
    in_flight_index_.erase(slot);
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

void Publisher::take_outcome(Outcome& outcome) {
  if (displaced_count_ > 0) {
    outcome.handle = displaced_[--displaced_count_];
    outcome.given_up = 1;
    outcome.reason = Reason::queue_full;
    return;
  }
  Slot& slot = *finished_.front();
  std::size_t count = 0;
  for (const Debt* debt = slot.debts.front(); debt && count < who_.size(); debt = slot.debts.after(*debt))
    if (debt->state == Debt::State::settled) who_[count++] = debt->by;
  outcome.handle = slot.handle;
  outcome.delivered = slot.delivered;
  outcome.given_up = slot.given_up;
  outcome.reason = slot.reason;
  outcome.by = who_.first(count);
  release(slot);
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

bool Publisher::awaits_pubcomp(SessionId from, PacketId id) const {
  const Slot* slot = in_flight_index_.find(id);
  for (const Debt* debt = slot ? slot->debts.front() : nullptr; debt; debt = slot->debts.after(*debt))
    if (debt->by == from && debt->state == Debt::State::pubrel_sent) return true;
  return false;
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
      if (slot->delivered == 0 && !slot->reason) slot->reason = Reason::closed;  // nobody has answered yet
      conclude(*slot);
    }
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

}  // namespace tacit::nomq
