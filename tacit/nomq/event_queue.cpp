#include "tacit/nomq/event_queue.hpp"

namespace tacit::nomq {

void EventQueue::push(const Event& event) {
  require(room_ > 0);
  QueuedEvent& place = *free_.front();
  place.event = event;
  const Message* message = std::get_if<Message>(&event);
  (message ? messages_[message->priority] : others_).push_back(place);
  if (message) waiting_ = static_cast<std::uint16_t>(waiting_ | 1u << message->priority);
  --room_;
}

std::optional<Event> EventQueue::pop() {
  QueuedEvent* first = others_.front();
  if (!first && waiting_ != 0) {
    const auto highest = static_cast<unsigned>(31 - __builtin_clz(waiting_));
    first = messages_[highest].front();
    if (!messages_[highest].after(*first)) waiting_ = static_cast<std::uint16_t>(waiting_ & ~(1u << highest));
  }
  if (!first) return std::nullopt;
  free_.push_front(*first);
  ++room_;
  return first->event;
}

}  // namespace tacit::nomq
