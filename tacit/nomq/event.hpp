#pragma once
#include <optional>
#include <variant>

#include "tacit/base/endpoint.hpp"
#include "tacit/nomq/packet.hpp"

// What a node tells its owner. A span or text in an event lives until the port uses its receive buffers
// again; the `by` of an Outcome until the next poll_event().
namespace tacit::nomq {

// Names one publish() to its owner. The packet id is not it: that is taken at the first transmission.
enum class Handle : std::uint32_t {};

// Names one message that waits for accept(); `none` where there is nothing to accept.
enum class Token : std::uint32_t { none = 0 };

struct Message {
  std::string_view channel;
  Bytes payload;  // empty only with `retain`: the retained message was cleared
  Path path;      // an answer goes there
  SessionId from{};
  PacketId id{};
  std::uint32_t published_s = 0;  // unix time at the publisher
  std::uint16_t ttl_s = 0;
  std::uint8_t priority = 0;
  Qos qos{};
  bool retain = false;
  bool maybe_repeated = false;  // it may have been delivered before this node started
  Token token = Token::none;
};

// The one end of a publish with QoS 1 or 2.
struct Outcome {
  Handle handle{};
  std::uint16_t delivered = 0, given_up = 0;
  // Why the first was given up; no_subscriber where nobody was there to have it.
  std::optional<Reason> reason;
  std::span<const SessionId> by;  // who has it; cut short where more have it than a node knows peers
};

// A peer seen for the first time, silent for too long, heard again, or gone with a goodbye.
struct PeerChange {
  enum class What : std::uint8_t { appeared, lost, returned, left } what{};
  SessionId session{};
  Path path;
};

struct PeerSubscription {
  bool subscribed = false;  // or no longer
  SessionId session{};
  std::string_view channel;  // empty where only its id was told
  ChannelId id{};
};

// A ping() was answered.
struct Answered {
  PacketId ping{};
  SessionId by{};
  Path path;
};

struct Dropped {
  Reason reason{};
  Path from;
};

using Event = std::variant<Message, Outcome, PeerChange, PeerSubscription, Answered, Dropped>;

}  // namespace tacit::nomq
