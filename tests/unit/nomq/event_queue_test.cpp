// Which event its owner hears first, checked against a sorted list.
#include "tacit/nomq/event_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace tacit::nomq {
namespace {

Message message(std::uint8_t priority, std::uint32_t id) {
  Message m;
  m.priority = priority;
  m.id = PacketId{id};
  return m;
}

// Of a queue of 16 that is filled and emptied in any order.
RC_GTEST_PROP(EventQueue, tells_of_all_else_first_and_then_of_what_matters_most_and_is_oldest,
              (const std::vector<std::uint8_t>& deeds)) {
  std::array<QueuedEvent, 16> memory{};
  EventQueue queue(memory);
  std::vector<std::pair<int, std::uint32_t>> expected;  // 16 is what is no message
  std::uint32_t number = 0;
  for (const std::uint8_t deed : deeds) {
    const int kind = deed % 18;
    if (kind == 17 || queue.room() == 0) {
      const auto first = std::ranges::max_element(expected, [](const auto& a, const auto& b) {
        return a.first < b.first || (a.first == b.first && a.second > b.second);
      });
      const Event* event = queue.pop();
      RC_ASSERT((event != nullptr) == (first != expected.end()));
      if (!event) continue;
      if (const auto* m = std::get_if<Message>(event)) {
        RC_ASSERT(m->priority == first->first);
        RC_ASSERT(m->id == PacketId{first->second});
      } else {
        RC_ASSERT(first->first == 16);
        RC_ASSERT(std::get<Answered>(*event).ping == PacketId{first->second});
      }
      expected.erase(first);
      continue;
    }
    expected.emplace_back(kind, ++number);
    if (kind == 16) {
      queue.tell<Answered>(PacketId{number}, SessionId{}, Path{});
    } else {
      queue.draft() = message(static_cast<std::uint8_t>(kind), 0);  // and is made anew
      queue.draft() = message(static_cast<std::uint8_t>(kind), number);
      queue.push_draft();
    }
    RC_ASSERT(queue.room() == memory.size() - expected.size());
  }
}

}  // namespace
}  // namespace tacit::nomq
