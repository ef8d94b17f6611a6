#pragma once
#include <optional>

#include "tacit/crypto/crypto.hpp"
#include "tacit/usmp/frame.hpp"

// The payloads of the handshake, specification sections 2 and 3. Nothing in them is secret.
//
//   client                                    server
//     HELLO         device id, public key  ->
//                 <- HELLO_RETRY              cookie                         UDP: come again, with this
//     HELLO         ..., cookie            ->
//                 <- CHALLENGE                nonce, public key
//     HELLO_ACK     mac                    ->
//                 <- SESSION_OK               session id, mac
namespace tacit::usmp {

using ChallengeNonce = std::array<std::uint8_t, 32>;
using Cookie = std::array<std::uint8_t, 16>;  // opaque to the client
using HandshakeMac = crypto::Digest;

struct Hello {
  DeviceId device{};
  PublicKey public_key{};
  std::optional<Cookie> cookie{};  // behind the rest, where there is one

  static constexpr auto layout = wire::layout(wire::raw<&Hello::device>, wire::raw<&Hello::public_key>);
};
static_assert(wire::size_of<Hello> == 38);

struct HelloRetry {
  Cookie cookie{};
  static constexpr auto layout = wire::layout(wire::raw<&HelloRetry::cookie>);
};
static_assert(wire::size_of<HelloRetry> == 16);

struct Challenge {
  ChallengeNonce nonce{};
  PublicKey public_key{};
  static constexpr auto layout = wire::layout(wire::raw<&Challenge::nonce>, wire::raw<&Challenge::public_key>);
};
static_assert(wire::size_of<Challenge> == 64);

struct HelloAck {
  HandshakeMac mac{};
  static constexpr auto layout = wire::layout(wire::raw<&HelloAck::mac>);
};
static_assert(wire::size_of<HelloAck> == 32);

struct SessionOk {
  SessionId session{};
  HandshakeMac mac{};
  static constexpr auto layout = wire::layout(wire::raw<&SessionOk::session>, wire::raw<&SessionOk::mac>);
};
static_assert(wire::size_of<SessionOk> == 48);

template <class Message> inline constexpr FrameType type_of{};
template <> inline constexpr FrameType type_of<Hello> = FrameType::hello;
template <> inline constexpr FrameType type_of<HelloRetry> = FrameType::hello_retry;
template <> inline constexpr FrameType type_of<Challenge> = FrameType::challenge;
template <> inline constexpr FrameType type_of<HelloAck> = FrameType::hello_ack;
template <> inline constexpr FrameType type_of<SessionOk> = FrameType::session_ok;

template <class Message> inline constexpr std::size_t frame_size_of = header_size + wire::size_of<Message>;
// 66 with a cookie, else 50.
constexpr std::size_t frame_size_of_hello(const Hello& hello) {
  return frame_size_of<Hello> + (hello.cookie ? sizeof(Cookie) : 0);
}

// The sequence numbers of a client's frames: servers ignore them and name them in acknowledgements. A server's are 0.
inline constexpr std::uint32_t hello_seq = 0, cookie_hello_seq = 1, hello_ack_seq = 2;

// Writes the whole frame. `frame` has frame_size_of<Message> bytes; of a Hello, frame_size_of_hello().
template <class Message> void encode_handshake(Wire wire, std::uint32_t seq, const Message& message, MutBytes frame) {
  wire::encode(message, frame.subspan(header_size));
  encode_frame({wire, type_of<Message>, seq}, frame);
}
template <> inline void encode_handshake<Hello>(Wire wire, std::uint32_t seq, const Hello& hello, MutBytes frame) {
  wire::encode(hello, frame.subspan(header_size));
  if (hello.cookie) copy(*hello.cookie, frame.subspan(frame_size_of<Hello>));
  encode_frame({wire, FrameType::hello, seq}, frame);
}

// The message that a frame of its type holds. Gives bad_type for a frame of another type, bad_length for a payload
// that is shorter or longer; a Hello has 38 bytes or 54.
template <class Message> Result<Message> decode_handshake(const Frame& frame) {
  if (frame.header().type != type_of<Message>) return Reason::bad_type;
  if (frame.payload().size() != wire::size_of<Message>) return Reason::bad_length;
  return wire::decode<Message>(frame.payload());
}
template <> inline Result<Hello> decode_handshake<Hello>(const Frame& frame) {
  if (frame.header().type != FrameType::hello) return Reason::bad_type;
  const Bytes payload = frame.payload();
  const std::size_t cookie_size = payload.size() - wire::size_of<Hello>;
  if (cookie_size != 0 && cookie_size != sizeof(Cookie)) return Reason::bad_length;
  auto hello = wire::decode<Hello>(payload);
  if (hello && cookie_size != 0) copy(payload.last(cookie_size), hello->cookie.emplace());
  return hello;
}

}  // namespace tacit::usmp
