#pragma once
#include "tacit/kit/list.hpp"
#include "tacit/nomq/event.hpp"

namespace tacit::nomq {

struct QueuedEvent : Link<> {
  Event event;
};

// Events on their way to the owner, in borrowed memory: messages of higher priority first, everything
// else before any message. Ask for room() first.
class EventQueue {
 public:
  explicit EventQueue(std::span<QueuedEvent> memory) : room_(memory.size()) {
    for (QueuedEvent& place : memory) free_.push_back(place);
  }

  std::size_t room() const { return room_; }

  // While there is room. Events are made where they wait; a message is drafted there first, and until it is pushed
  // nothing has happened.
  Message& draft() { return free_.front()->event.emplace<Message>(); }
  void push_draft();
  // Anything else.
  template <class What, class... Of> void tell(const Of&... of) { add(others_).event.template emplace<What>(of...); }
  const Event* pop();  // holds until the next is pushed; null: there is none

 private:
  QueuedEvent& add(List<QueuedEvent>& to);

  List<QueuedEvent> free_, others_;
  std::array<List<QueuedEvent>, priority_max + 1> messages_;
  std::uint16_t waiting_ = 0;  // bit p: there are messages of priority p
  std::size_t room_;
};

}  // namespace tacit::nomq
