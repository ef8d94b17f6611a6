#pragma once
#include "tacit/e2e/event.hpp"
#include "tacit/e2e/topic.hpp"
#include "tacit/kit/list.hpp"
#include "tacit/kit/ring.hpp"
#include "tacit/kit/timers.hpp"

namespace tacit::e2e {

inline constexpr std::uint8_t priority_max = 15;  // the highest
inline constexpr Duration lifetime_max{Duration{1'000'000} * (20 * 24 * 3600)};

// What one publishes, and how it is to travel.
struct Publication {
  std::string_view topic;  // without the base; copied
  Bytes message;           // copied
  Qos qos = Qos::at_most_once;
  // The broker gives it to who subscribes later, for whom it is stale after the window.
  bool retain = false;
  std::uint8_t priority = 0;
  Duration lifetime{60'000'000};  // if it has not left by then it is expired; at most lifetime_max
};

// A message on its way out, in the clear. It is sealed when it leaves, anew each time. Its timer ends it.
struct Slot : tacit::Link<>, Timer {
  enum class State : std::uint8_t { free, queued, leaving };

  MutBytes memory;  // the full topic, then the message
  Handle handle{};
  Tick over_at;
  std::uint16_t topic_size = 0, message_size = 0;
  Qos qos{};
  bool retain = false;
  std::uint8_t priority = 0;
  State state{};

  std::string_view topic() const { return text_of(Bytes(memory).first(topic_size)); }
  Bytes message() const { return Bytes(memory).subspan(topic_size, message_size); }
};

// The messages that wait, most urgent first and in their order within a priority; and those that the port has.
//
//   free --publish()--> queued --take()--> leaving --settle(), fail()--> free     and an Outcome for each
//                          ^------- give_back() ------'
//
// Each message has one outcome, and room for it from the start.
class OutgoingQueue {
 public:
  struct Tables {
    std::span<Slot> slots;        // at most 65,535
    MutBytes memory;              // each slot gets an equal part: the longest topic and message together
    std::span<Outcome> outcomes;  // more than slots: what is published while they wait to be polled
    std::span<DueTimer> timers;   // one for each slot
  };
  explicit OutgoingQueue(const Tables&);

  std::size_t slot_size() const { return slots_[0].memory.size(); }

  // The parts of the topic are joined by a slash. Where all slots are taken, the oldest message of the lowest priority
  // gives way, if that is lower. Gives too_large, queue_full.
  Result<Handle> add(std::string_view base, const Publication&, Tick now);

  Slot* front() const;  // the next to leave; null: none
  void take(Slot&);     // it is the port's now

  // The port's answers; a handle that it does not hold is our own bug.
  void settle(Handle handle) { finish(leaving(handle), std::nullopt); }
  void fail(Handle handle, Reason reason) { finish(leaving(handle), reason); }
  void give_back(Handle);
  void give_back_all();

  Slot* pop_overdue(Tick now);  // what is queued and over, to be finished; null: none
  void finish(Slot&, std::optional<Reason>);
  void close();  // everything that is queued or leaving ends as closed

  std::optional<Outcome> poll_outcome() { return outcomes_.pop(); }
  std::optional<Tick> next_timeout() const { return timers_.next(); }
  std::size_t in_use() const { return in_use_; }

 private:
  Slot& leaving(Handle);
  Slot* lowest_below(std::uint8_t priority) const;
  void queue(Slot&, bool in_front);
  void unqueue(Slot&);

  std::span<Slot> slots_;
  Ring<Outcome> outcomes_;
  Timers timers_;
  List<Slot> free_, leaving_;
  std::array<List<Slot>, priority_max + 1> queued_;
  std::uint16_t waiting_ = 0;  // bit p: messages of priority p are queued
  std::size_t in_use_ = 0;
};

}  // namespace tacit::e2e
