#pragma once
#include "tacit/base/octets.hpp"
#include "tacit/usmp/features.hpp"
#include "tacit/wire/layout.hpp"

// The USMP frame, specification section 1. All integers little-endian.
//
//   | magic | version | type | seq | length | crc | payload |
//   |   2   |    1    |  1   |  4  |   2    |  2  | length  |
namespace tacit::usmp {

// The version byte. 2: everything since 1.0. 1: everything up to 0.5, with one key for both directions.
enum class Wire : std::uint8_t { v1 = 1, v2 = 2 };
// Where the versions differ, this is asked: a program that has left out version 1 is rid of the difference.
constexpr bool is_wire_1(Wire wire) { return features.wire_1 && wire == Wire::v1; }

// Several of them; also how an answer of discovery says which a server speaks.
enum class Wires : std::uint8_t { none = 0, v1 = 1, v2 = 2, both = 3 };
constexpr Wires only(Wire wire) { return wire == Wire::v1 ? Wires::v1 : Wires::v2; }
constexpr bool contains(Wires wires, Wire wire) {
  return (static_cast<unsigned>(wires) & static_cast<unsigned>(only(wire))) != 0;
}

enum class FrameType : std::uint8_t {
  hello = 0x01,
  challenge = 0x02,
  hello_ack = 0x03,
  session_ok = 0x04,
  data = 0x05,  // a whole message, or its last fragment
  ping = 0x06,
  pong = 0x07,
  bye = 0x08,
  data_fragment = 0x09,  // more fragments follow
  hello_retry = 0x0A,
  rekey = 0x0B,
  error = 0xFF,  // reserved; no version has sent one
};
bool is_known(FrameType);
// Its payload is sealed under the keys of a session: all but those of the handshake, and error.
constexpr bool is_sealed(FrameType type) {
  return type >= FrameType::data && type <= FrameType::rekey && type != FrameType::hello_retry;
}

// Who sends. A pair of keys, one for each direction, is named after the sender's role.
enum class Role : std::uint8_t { client, server };
constexpr Role other(Role role) { return role == Role::client ? Role::server : Role::client; }

using DeviceId = Octets<6>;                      // meant to be a MAC address
using SessionId = Octets<16>;                    // random, chosen by the server at the end of a handshake
using PublicKey = std::array<std::uint8_t, 32>;  // X25519, fresh for each handshake

struct Header {
  Wire wire = Wire::v2;
  FrameType type{};
  std::uint32_t seq = 0;
  std::uint16_t payload_size = 0;
  std::uint16_t crc = 0;  // of the ten bytes before it, and the payload

  static constexpr auto layout = wire::layout(wire::le_constant<std::uint16_t{0xABCD}, Reason::bad_magic>,
                                              wire::le<&Header::wire>, wire::le<&Header::type>, wire::le<&Header::seq>,
                                              wire::le<&Header::payload_size>, wire::le<&Header::crc>);
};
inline constexpr std::size_t header_size = wire::size_of<Header>;
static_assert(header_size == 12);

inline constexpr std::size_t payload_size_max = 480, frame_size_max = header_size + payload_size_max;
static_assert(frame_size_max == 492);

// What of a sealed payload is not the message: the nonce before it, the tag behind it.
inline constexpr std::size_t seal_nonce_size = 12, seal_tag_size = 16, seal_size = seal_nonce_size + seal_tag_size;
inline constexpr std::size_t fragment_size_max = payload_size_max - seal_size;
inline constexpr std::size_t fragments_max = 4, message_size_max = fragments_max * fragment_size_max;
static_assert(fragment_size_max == 452 && message_size_max == 1808);

// The greatest sequence number that may be used; one more would end the counting.
inline constexpr std::uint32_t seq_max = 0xFFFF'FFFE;

// A frame that is whole and undamaged. That says nothing about who made it: see sealed.hpp.
class Frame {
 public:
  const Header& header() const { return header_; }
  MutBytes payload() const { return bytes_.subspan(header_size); }  // where it was received
  MutBytes bytes() const { return bytes_; }                         // header and payload

 private:
  friend Result<Frame> take_frame(MutBytes, Wires);
  Frame(const Header& header, MutBytes bytes) : header_(header), bytes_(bytes) {}
  Header header_;
  MutBytes bytes_;
};

// The frame at the front of `bytes`, which lies there; what follows it is not looked at. `accepted`: those versions and
// no other. Gives, in the order of the checks: truncated (fewer than 12 bytes), bad_magic, bad_version, too_large
// (length over 480), truncated (payload not whole), bad_crc, bad_type (unknown). In a stream, truncated is no error:
// the rest has still to come.
Result<Frame> take_frame(MutBytes bytes, Wires accepted);

// A datagram, which is one frame and nothing else. Gives what take_frame() gives, and bad_length for bytes behind it.
Result<Frame> decode_datagram(MutBytes datagram, Wires accepted);

// Completes `frame`, whose payload lies behind the 12 bytes of the header, which are written: payload_size and crc come
// from the payload, the rest from `header`. At most 492 bytes.
void encode_frame(const Header& header, MutBytes frame);
// The same in two steps, for a payload that is sealed in between: what is authenticated with it, and what covers it.
void encode_header(const Header& header, MutBytes frame);
void encode_crc(MutBytes frame);

}  // namespace tacit::usmp
