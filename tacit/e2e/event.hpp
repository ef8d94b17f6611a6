#pragma once
#include <variant>

#include "tacit/e2e/envelope.hpp"

// What a link tells its owner. Spans and texts of a Message or Dropped lie in the buffers that input() was given, and
// live until the port uses those again.
namespace tacit::e2e {

// Names one publish() to its owner; never comes twice among those that wait.
enum class Handle : std::uint32_t {};

enum class Qos : std::uint8_t { at_most_once, at_least_once };  // as MQTT has them; 2 is not offered

struct Message {
  std::string_view topic;  // without the base
  Bytes payload;
  PacketTime sent_at;  // by the sender's clock
  bool retained = false;
};

// The one end of a publish. No reason: written (QoS 0), or acknowledged by the broker (QoS 1). Never: that somebody has
// it. Reasons: expired; no_wall_clock, if it expired for want of that; queue_full, if it gave way to a message of
// higher priority; closed; whatever the port gave to fail().
struct Outcome {
  Handle handle{};
  std::optional<Reason> reason;
};

struct Dropped {
  Reason reason{};
  std::string_view topic;  // full, as it came
};

// A message went out whose length shows, because it is longer than the pad size. Told once until it has been polled.
struct LengthShows {
  Handle handle{};
};

// The wall clock moved by so much beside the monotonic one; negative: back. Told from a second up.
struct ClockStepped {
  Duration by;
};

using Event = std::variant<Message, Outcome, Dropped, LengthShows, ClockStepped>;

}  // namespace tacit::e2e
