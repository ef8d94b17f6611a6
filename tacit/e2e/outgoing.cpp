#include "tacit/e2e/outgoing.hpp"

namespace tacit::e2e {

namespace {

// A handle is a slot's place, and how often that was used.
std::size_t place_of(Handle handle) { return static_cast<std::uint32_t>(handle) & 0xFFFF; }
Handle first_handle(std::size_t place) { return Handle{static_cast<std::uint32_t>(place)}; }
Handle next_handle(Handle handle) { return Handle{static_cast<std::uint32_t>(handle) + 0x1'0000}; }

}  // namespace

OutgoingQueue::OutgoingQueue(const Tables& tables)
    : slots_(tables.slots), outcomes_(tables.outcomes), timers_(tables.timers) {
  require(!slots_.empty() && slots_.size() <= 0xFFFF && tables.timers.size() >= slots_.size() &&
          tables.outcomes.size() > slots_.size());
  const std::size_t part = tables.memory.size() / slots_.size();
  for (std::size_t place = 0; place < slots_.size(); ++place) {
    slots_[place].memory = tables.memory.subspan(place * part, part);
    slots_[place].handle = first_handle(place);
    free_.push_back(slots_[place]);
  }
}

Result<Handle> OutgoingQueue::add(std::string_view base, const Publication& what, Tick now) {
  const std::size_t topic_size = base.size() + 1 + what.topic.size();
  if (topic_size > topic_max || what.message.size() > message_max || topic_size + what.message.size() > slot_size())
    return Reason::too_large;
  // Everything that waits has room for its outcome, and so must this.
  if (outcomes_.room() <= in_use_) return Reason::queue_full;
  if (free_.empty()) {
    Slot* const lowest = lowest_below(what.priority);
    if (!lowest) return Reason::queue_full;
    finish(*lowest, Reason::queue_full);
  }

  Slot& slot = *free_.front();
  copy(bytes_of(base), slot.memory);
  slot.memory[base.size()] = '/';
  copy(bytes_of(what.topic), slot.memory.subspan(base.size() + 1));
  copy(what.message, slot.memory.subspan(topic_size));
  slot.topic_size = static_cast<std::uint16_t>(topic_size);
  slot.message_size = static_cast<std::uint16_t>(what.message.size());
  slot.qos = what.qos;
  slot.retain = what.retain;
  slot.priority = what.priority;
  slot.over_at = now + ticks(what.lifetime);
  ++in_use_;
  queue(slot, false);
  return slot.handle;
}

Slot* OutgoingQueue::front() const {
  if (waiting_ == 0) return nullptr;
  return queued_[static_cast<std::size_t>(31 - __builtin_clz(waiting_))].front();
}

void OutgoingQueue::take(Slot& slot) {
  unqueue(slot);
  slot.state = Slot::State::leaving;
  leaving_.push_back(slot);
}

void OutgoingQueue::give_back(Handle handle) { queue(leaving(handle), true); }

void OutgoingQueue::give_back_all() {
  while (Slot* const last = leaving_.back()) queue(*last, true);
}

Slot* OutgoingQueue::pop_overdue(Tick now) { return static_cast<Slot*>(timers_.pop_due(now)); }

void OutgoingQueue::finish(Slot& slot, std::optional<Reason> reason) {
  if (slot.state == Slot::State::queued) unqueue(slot);
  outcomes_.push({slot.handle, reason});
  slot.handle = next_handle(slot.handle);
  slot.state = Slot::State::free;
  free_.push_back(slot);
  --in_use_;
}

void OutgoingQueue::close() {
  for (Slot& slot : slots_)
    if (slot.state != Slot::State::free) finish(slot, Reason::closed);
}

Slot& OutgoingQueue::leaving(Handle handle) {
  require(place_of(handle) < slots_.size());
  Slot& slot = slots_[place_of(handle)];
  require(slot.handle == handle && slot.state == Slot::State::leaving);
  return slot;
}

Slot* OutgoingQueue::lowest_below(std::uint8_t priority) const {
  if (waiting_ == 0) return nullptr;
  const auto lowest = static_cast<std::size_t>(__builtin_ctz(waiting_));
  return lowest < priority ? queued_[lowest].front() : nullptr;
}

void OutgoingQueue::queue(Slot& slot, bool in_front) {
  slot.state = Slot::State::queued;
  if (in_front) queued_[slot.priority].push_front(slot);
  else queued_[slot.priority].push_back(slot);
  waiting_ = static_cast<std::uint16_t>(waiting_ | 1u << slot.priority);
  timers_.set(slot, slot.over_at);
}

void OutgoingQueue::unqueue(Slot& slot) {
  List<Slot>::remove(slot);
  if (queued_[slot.priority].empty()) waiting_ = static_cast<std::uint16_t>(waiting_ & ~(1u << slot.priority));
  timers_.cancel(slot);
}

}  // namespace tacit::e2e
