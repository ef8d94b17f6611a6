#pragma once
#include <optional>
#include <variant>

#include "tacit/base/time.hpp"
#include "tacit/usmp/frame.hpp"
#include "tacit/usmp/outgoing.hpp"

// What a client tells its owner. A span in an event lives until the port uses its receive buffers again, and until the
// client's next input().
namespace tacit::usmp {

// How far an attempt to have a session came.
enum class Stage : std::uint8_t {
  unreachable,  // there was no stream
  unanswered,   // a HELLO left, and no CHALLENGE came
  challenged,   // our proof left, and was not accepted: silence here mostly means that the server has another key
  connected,
};

// An attempt begins, in this version. Where both are allowed, version 1 is tried after version 2 was not answered.
struct Trying {
  Wire wire{};
};

// The server has proven that it has the key, and the keys of this session are fresh.
struct Connected {
  SessionId session{};
  Wire wire{};
};

// After Connected where the session speaks version 1: one key serves both directions, under the same nonces.
struct Weak {
  Reason reason = Reason::weak_wire;
};

// The one end of an attempt, or of a session that was connected.
struct Disconnected {
  Reason reason{};
  Stage stage{};
  std::optional<Duration> again_in;  // nothing: until connect() is called
};

struct Message {
  Bytes message;  // may be empty
};

// The one end of a send(). No reason: the server has it (datagrams), or it was handed to the stream.
struct Outcome {
  Handle handle{};
  std::optional<Reason> reason;
};

// The answer to a ping(), or to one that the client sent by itself.
struct Answered {
  Duration round_trip;
};

// At a bounded rate; all of them are counted.
struct Dropped {
  Reason reason{};
};

using ClientEvent = std::variant<Trying, Connected, Weak, Disconnected, Message, Outcome, Answered, Dropped>;

}  // namespace tacit::usmp
