#include "tacit/nomq/event_queue.hpp"

namespace tacit::nomq {

void EventQueue::push_draft() {
  const auto priority = std::get_if<Message>(&free_.front()->event)->priority;
  add(messages_[priority]);
  waiting_ = static_cast<std::uint16_t>(waiting_ | 1u << priority);
}

QueuedEvent& EventQueue::add(List<QueuedEvent>& to) {
  require(room_ > 0);
  --room_;
  QueuedEvent& place = *free_.front();
  to.push_back(place);
  return place;
}

const Event* EventQueue::pop() {
  QueuedEvent* first = others_.front();
  if (!first && waiting_ != 0) {
    const auto highest = static_cast<unsigned>(31 - __builtin_clz(waiting_));
    first = messages_[highest].front();
    if (!messages_[highest].after(*first)) waiting_ = static_cast<std::uint16_t>(waiting_ & ~(1u << highest));
  }
  if (!first) return nullptr;
  free_.push_front(*first);
  ++room_;
  return &first->event;
}

}  // namespace tacit::nomq
