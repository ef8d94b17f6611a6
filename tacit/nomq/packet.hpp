#pragma once
#include <string_view>

#include "tacit/base/endpoint.hpp"
#include "tacit/crypto/crypto.hpp"
#include "tacit/kit/tick.hpp"
#include "tacit/nomq/config.hpp"
#include "tacit/wire/layout.hpp"

// The NoMQ packet, specification section 2. All integers big-endian.
//
//   | magic ver type flags | packet id | session id | ttl | iv | time | channel id | length | iv + ciphertext | mac |
//   |   2    1    1    1   |     4     |     4      |  2  | 16 |  4   |     16     |   2    |     length      | 32  |
namespace tacit::nomq {

enum class PacketType : std::uint8_t {
  publish = 0x01,
  subscribe = 0x02,
  ack = 0x03,
  unsubscribe = 0x04,
  heartbeat = 0x05,
  pubrec = 0x06,
  pubrel = 0x07,
  pubcomp = 0x08,
};
enum class PacketId : std::uint32_t {};
enum class SessionId : std::uint32_t {};  // who sent a packet: authenticated, unlike any address
enum class Qos : std::uint8_t { at_most_once, at_least_once, exactly_once, undefined };
using ChannelId = Octets<16>;

// The front of SHA-256 of the channel's name. Compute it once and keep it.
ChannelId channel_id(std::string_view name);

inline constexpr auto magic = wire::be_constant<std::uint16_t{0x4E4D}, Reason::bad_magic>;
inline constexpr auto version = wire::be_constant<std::uint8_t{1}, Reason::bad_version>;

struct Header {
  PacketType type{};
  std::uint8_t flags = 0;
  PacketId id{};
  SessionId session{};
  std::uint16_t ttl_s = 3600;
  crypto::Iv iv{};
  std::uint32_t sent_at_s = 0;  // of this transmission; the receiver's window of time looks at it
  ChannelId channel{};
  std::uint16_t body_size = 0;  // iv and ciphertext

  static constexpr auto layout =
      wire::layout(magic, version, wire::be<&Header::type>, wire::be<&Header::flags>, wire::be<&Header::id>,
                   wire::be<&Header::session>, wire::be<&Header::ttl_s>, wire::raw<&Header::iv>,
                   wire::be<&Header::sent_at_s>, wire::raw<&Header::channel>, wire::be<&Header::body_size>);
};
static_assert(wire::size_of<Header> == 53);

// The flags of a PUBLISH, section 3. A SUBSCRIBE's low nibble is its priority, an ACK's bits 0-1 its QoS.
struct PublishFlags {
  Qos qos{};
  bool retain = false;
  bool ids_count_up = false;  // profile v1 only
  std::uint8_t priority = 0;  // 0 to 15

  static constexpr PublishFlags of(std::uint8_t flags) {
    return {static_cast<Qos>(flags & 0x03), (flags & 0x04) != 0, (flags & 0x08) != 0,
            static_cast<std::uint8_t>(flags >> 4)};
  }
  constexpr std::uint8_t bits() const {
    return static_cast<std::uint8_t>(static_cast<unsigned>(qos) | (retain ? 0x04u : 0u) | (ids_count_up ? 0x08u : 0u) |
                                     static_cast<unsigned>(priority) << 4);
  }
};

// More than `lifetime_s` lie between two times of one clock, in seconds; and what is still to come is not over.
constexpr bool over(std::uint32_t now_s, std::uint32_t began_s, std::uint32_t lifetime_s) {
  return now_s > began_s && now_s - began_s > lifetime_s;
}

// What sender and receiver must agree on without a word.
inline constexpr std::size_t message_max = 1024;     // bytes, both ways
inline constexpr std::uint32_t clock_window_s = 30;  // how far a packet's clock may be from ours
// Ids in flight in one session are never so many apart, so a receiver need not remember more.
inline constexpr std::uint32_t ids_in_flight_max = 1024;
inline constexpr std::uint8_t priority_max = 15;
inline constexpr std::size_t frame_size = 85;  // of a packet without its body
inline constexpr std::uint16_t ttl_default_s = 3600;

// Size of the datagram for a body of so many bytes in the clear: padding is 1 to 16 bytes.
constexpr std::size_t sealed_size(std::size_t clear) { return frame_size + 16 + (clear / 16 + 1) * 16; }
static_assert(sealed_size(0) == 117 && sealed_size(16 + message_max) == 1157);

// The parts of a packet that is laid out, or well formed.
struct Parts {
  static constexpr std::size_t iv_at = wire::size_of<Header>, text_at = iv_at + sizeof(crypto::Iv);
  static constexpr std::size_t mac_size = sizeof(crypto::Digest);

  explicit Parts(MutBytes packet) : packet_(packet) {}
  MutBytes authenticated() const { return packet_.first(packet_.size() - mac_size); }
  MutBytes iv() const { return packet_.subspan(iv_at, sizeof(crypto::Iv)); }
  MutBytes text() const { return packet_.subspan(text_at, packet_.size() - mac_size - text_at); }
  MutBytes mac() const { return packet_.last(mac_size); }

 private:
  MutBytes packet_;
};

// To seal: lay the packet out in the clear, then let a cipher do many such jobs at once. `out` has
// exactly sealed_size() bytes; the body comes in two parts to save a copy. What the header says of its size is not
// looked at.
void lay_out(const Header&, Bytes front, Bytes rest, MutBytes out);
inline crypto::SealJob begin_seal(const Header& header, Bytes front, Bytes rest, MutBytes out) {
  lay_out(header, front, rest, out);
  const Parts parts(out);
  return {parts.authenticated(), parts.iv(), parts.text(), parts.mac()};
}

// To open: check the shape, let a cipher do many such jobs at once, then ask for the result.
// Gives truncated, bad_length, bad_magic, bad_version, then bad_length for a body that is not whole blocks.
Result<Done> check_shape(Bytes datagram);
inline crypto::OpenJob open_job(MutBytes well_formed) {
  const Parts parts(well_formed);
  return {parts.authenticated(), parts.iv(), parts.text(), parts.mac()};
}
inline Result<crypto::OpenJob> begin_open(MutBytes datagram) {
  if (const auto fine = check_shape(datagram); !fine) return fine.error();
  return open_job(datagram);
}

// What a well formed packet says of itself, before anybody has looked whether that is true.
SessionId claimed_session(Bytes packet);
ChannelId claimed_channel(Bytes packet);

// The receiver's wall clock, and from when it takes its peers to count.
struct Clock {
  std::uint32_t now_s = 0;
  Epoch epoch = Epoch::unix_1970;
};

// A packet that is authentic, of this time and in the clear. Only finish_open() makes one, so a function
// that takes an Opened cannot be given bytes from a stranger.
class Opened {
 public:
  class Proof {
    friend Result<Opened> finish_open(const crypto::OpenJob&, const Clock&);
    Proof() = default;
  };
  Opened(Proof, Bytes packet, Bytes body, bool from_2000);

  const Header& header() const { return header_; }
  Bytes body() const { return body_; }  // inside the datagram
  // The sender's clock started in 2000 and not in 1970; answers to it count likewise.
  bool from_2000() const { return features.legacy && from_2000_; }
  // A time of this packet's own clock as unix time.
  std::uint32_t unix_s(std::uint32_t time_s) const { return from_2000() ? time_s + seconds_1970_to_2000 : time_s; }

 private:
  Header header_;
  Bytes body_;
  bool from_2000_;
};

// An authentic packet, and how it came.
struct Received {
  const Opened& packet;
  const Path& from;
  std::size_t size;  // of the datagram
  Tick at;

  const Header& header() const { return packet.header(); }
};

// Authenticated, then decrypted, then looked at: padding is no oracle for who cannot forge a mac.
// Gives bad_mac, stale, future, iv_mismatch, bad_padding, bad_type, in this order.
Result<Opened> finish_open(const crypto::OpenJob&, const Clock&);

}  // namespace tacit::nomq
