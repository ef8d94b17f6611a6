#pragma once
#include "tacit/nomq/packet.hpp"

// What is inside the packets, in the clear; specification sections 2 and 16.
namespace tacit::nomq {

// In front of the text of a PUBLISH. It does not change when the packet is sent again.
struct Preamble {
  std::uint32_t published_s_high = 0, published_s = 0;  // one u64 on the wire
  std::uint32_t nonce = 0;
  std::uint32_t message_size = 0;
  static constexpr auto layout = wire::layout(wire::be<&Preamble::published_s_high>, wire::be<&Preamble::published_s>,
                                              wire::be<&Preamble::nonce>, wire::be<&Preamble::message_size>);
};
static_assert(wire::size_of<Preamble> == 16);

// The deployed receiver takes the message from offset 20, although the deployed sender puts it at 16. So
// profile legacy sends four zero bytes between, and accepts both: the sizes tell which it is.
inline constexpr std::size_t legacy_filler = 4;

// Room for the front of a PUBLISH's body in either profile.
using PublishFront = std::array<std::uint8_t, wire::size_of<Preamble> + legacy_filler>;

struct PublishBody {
  Preamble preamble;
  Bytes message;
};

// Gives bad_body. No limit is applied to the message.
Result<PublishBody> read_publish(Bytes body, Profile profile);
// The part of `room` that stands in front of the message.
Bytes write_publish_front(const Preamble& preamble, Profile profile, PublishFront& room);

// ACK, PUBREC, PUBREL and PUBCOMP repeat the packet id of the header.
struct ControlBody {
  PacketId id{};
  static constexpr auto layout = wire::layout(wire::be<&ControlBody::id>);
};
static_assert(wire::size_of<ControlBody> == 4);

// HEARTBEAT in profile v1: this, or nothing.
struct HeartbeatBody {
  PacketId answers{};               // the HEARTBEAT that this one answers; 0: none
  SessionId previous{};             // of the sender, before it was renewed; 0: none
  std::uint32_t subscriptions = 0;  // XOR of the first four bytes of the ids of all subscribed channels
  static constexpr auto layout = wire::layout(wire::be<&HeartbeatBody::answers>, wire::be<&HeartbeatBody::previous>,
                                              wire::be<&HeartbeatBody::subscriptions>);
};
static_assert(wire::size_of<HeartbeatBody> == 12);

struct HeartbeatFlags {
  bool asks = false;                 // bit 0, inverted on the wire: the original's HEARTBEAT asks
  bool wants_subscriptions = false;  // bit 1

  static constexpr HeartbeatFlags of(std::uint8_t flags) { return {(flags & 0x01) == 0, (flags & 0x02) != 0}; }
  constexpr std::uint8_t bits() const {
    return static_cast<std::uint8_t>((asks ? 0x00u : 0x01u) | (wants_subscriptions ? 0x02u : 0x00u));
  }
};

// A HEARTBEAT that names none is for all of them.
inline constexpr ChannelId all_channels{};

// What a channel contributes to HeartbeatBody::subscriptions.
constexpr std::uint32_t mark_of(const ChannelId& id) {
  return static_cast<std::uint32_t>(id[0]) << 24 | static_cast<std::uint32_t>(id[1]) << 16 |
         static_cast<std::uint32_t>(id[2]) << 8 | id[3];
}

}  // namespace tacit::nomq
