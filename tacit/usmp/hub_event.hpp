#pragma once
#include <optional>
#include <variant>

#include "tacit/base/endpoint.hpp"
#include "tacit/base/time.hpp"
#include "tacit/usmp/frame.hpp"
#include "tacit/usmp/outgoing.hpp"
#include "tacit/usmp/server_handshake.hpp"
#include "tacit/usmp/session.hpp"

// What a hub tells its owner, and by which names they speak. A span in an event lives until the port uses its receive
// buffers again, and until the next input() or timeout() of the hub.
namespace tacit::usmp {

// One session of a hub. It names that one for ever: a session that has ended is not found by it.
struct SessionRef {
  std::uint32_t slot = 0, generation = 0;
  friend constexpr bool operator==(SessionRef, SessionRef) = default;
};

// Names one KeyWanted to who answers it.
enum class Request : std::uint32_t {};

// A device wants to begin a session: provide() says which keys it may have. Until then its handshake waits, as long as
// one may. What the id says is not proven, and anybody can cause this event.
struct KeyWanted {
  Request request{};
  DeviceId device{};
  Wire wire{};
};

// The device has proven its key, and has been told so. From here on messages go both ways.
struct DeviceConnected {
  SessionRef session;
  DeviceId device{};
  Wire wire{};
  Transport transport{};
  KeyTag key{};  // the one that it proved: if that is the next one, the device has it
  Path path;
};

// After DeviceConnected where the session speaks version 1: one key serves both directions, under the same nonces.
struct WeakWire {
  SessionRef session;
  DeviceId device{};
};

// The one end of a session that was connected; nothing follows of it.
struct DeviceDisconnected {
  SessionRef session;
  DeviceId device{};
  Reason reason{};  // peer_closed, idle, no_acknowledgement, replaced, revoked, closed, connection_lost, …
};

struct DeviceMessage {
  SessionRef session;
  DeviceId device{};
  Bytes message;  // may be empty
};

// The one end of a send(). No reason: the peer has it (UDP), or it was handed to the connection (TCP).
struct DeviceOutcome {
  SessionRef session;
  DeviceId device{};
  Handle handle{};
  std::optional<Reason> reason;
};

// The answer to a ping().
struct DeviceAnswered {
  SessionRef session;
  DeviceId device{};
  Duration round_trip;
};

// A UDP session's device spoke from a new address, which is yet to be proven: the proof names no session in clear. For
// an owner with several hubs at one address, who sees to it that what comes from there reaches this one.
struct DeviceMoving {
  SessionRef session;
  DeviceId device{};
  Endpoint to;
};

// A UDP session followed its device to a new address, which is proven.
struct DeviceMoved {
  SessionRef session;
  DeviceId device{};
  Endpoint from, to;
};

// At a bounded rate; all of them are counted.
struct DeviceDropped {
  Reason reason{};
  Path from;
  std::optional<DeviceId> device;  // as far as one was named; proven only where a session was
};

using HubEvent = std::variant<KeyWanted, DeviceConnected, WeakWire, DeviceDisconnected, DeviceMessage, DeviceOutcome,
                              DeviceAnswered, DeviceMoving, DeviceMoved, DeviceDropped>;

}  // namespace tacit::usmp
