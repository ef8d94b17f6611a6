#pragma once
#include "tacit/kit/list.hpp"
#include "tacit/nomq/event.hpp"

namespace tacit::nomq {

struct QueuedEvent : Link<> {
  Event event;
};

// Events on their way to the owner, in borrowed memory: messages of higher priority first, everything
// else before any message. Ask for room() before push().
class EventQueue {
 public:
  explicit EventQueue(std::span<QueuedEvent> memory) : room_(memory.size()) {
    for (QueuedEvent& place : memory) free_.push_back(place);
  }

  std::size_t room() const { return room_; }

  void push(const Event& event) {
    QueuedEvent& place = *free_.front();
    place.event = event;
    const Message* message = std::get_if<Message>(&event);
    (message ? messages_[message->priority] : others_).push_back(place);
    if (message) waiting_ = static_cast<std::uint16_t>(waiting_ | 1u << message->priority);
    --room_;
  }

  std::optional<Event> pop() {
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

 private:
  List<QueuedEvent> free_, others_;
  std::array<List<QueuedEvent>, priority_max + 1> messages_;
  std::uint16_t waiting_ = 0;  // bit p: there are messages of priority p
  std::size_t room_;
};

}  // namespace tacit::nomq
