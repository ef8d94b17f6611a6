#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tacit/port/sim/random.hpp"
#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/keys.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::test {

using Buffer = std::vector<std::uint8_t>;

inline Buffer buffer_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }
inline Buffer buffer_of(std::string_view text) { return buffer_of(bytes_of(text)); }

inline Endpoint usmp_address(std::uint8_t last, std::uint16_t port = 5000) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, last}, port};
}

// The client's side of the wire, frame by frame, as a test wants it: it remembers keys and numbers, and decides
// nothing.
class UsmpDevice {
 public:
  UsmpDevice(std::uint8_t number, std::string_view key, usmp::Wire version = usmp::Wire::v2)
      : id{0x24, 0x6F, 0x28, 0, 0, number}, psk(*usmp::Psk::of(bytes_of(key))), wire(version),
        random(number + std::hash<std::string_view>{}(key)) {
    begin();
  }

  // Another handshake: a new key pair.
  void begin() {
    random.fill(private_key.fill());
    crypto::x25519_public(private_key, exchange.client);
    keys.reset();
    next_seq = 0;
  }

  Buffer hello(std::optional<usmp::Cookie> cookie = {}) const {
    const usmp::Hello hello{id, exchange.client, cookie};
    Buffer frame(usmp::frame_size_of_hello(hello));
    usmp::encode_handshake(wire, cookie ? usmp::cookie_hello_seq : usmp::hello_seq, hello, frame);
    return frame;
  }
  // What it proves after this CHALLENGE.
  Buffer hello_ack(Buffer challenge_frame) {
    const auto challenge =
        *usmp::decode_handshake<usmp::Challenge>(*usmp::take_frame(challenge_frame, usmp::Wires::both));
    exchange.nonce = challenge.nonce;
    exchange.server = challenge.public_key;
    Buffer frame(usmp::frame_size_of<usmp::HelloAck>);
    const auto proof = usmp::Transcript::of_client(wire, exchange, id).mac(psk);
    usmp::encode_handshake(wire, usmp::hello_ack_seq, usmp::HelloAck{proof}, frame);
    return frame;
  }
  // Whether the server proved the key as well: then there is a session.
  bool take_session_ok(Buffer frame) {
    const auto ok = *usmp::decode_handshake<usmp::SessionOk>(*usmp::take_frame(frame, usmp::Wires::both));
    if (!usmp::Transcript::of_server(wire, exchange, ok.session).proves(psk, ok.mac)) return false;
    session = ok.session;
    keys.emplace(std::move(*usmp::agree(wire, private_key, exchange.server, exchange)));
    return true;
  }

  Buffer seal(usmp::FrameType type, Bytes text, std::uint32_t seq) const {
    Buffer frame(usmp::sealed_size(text.size()));
    const usmp::Header header{.wire = wire, .type = type, .seq = seq};
    usmp::seal(crypto::AesGcm(keys->of(usmp::Role::client).reveal()), session, header, text, frame);
    return frame;
  }
  Buffer seal(usmp::FrameType type, Bytes text = {}) { return seal(type, text, next_seq++); }
  Buffer data(std::string_view text) { return seal(usmp::FrameType::data, bytes_of(text)); }

  // What a frame of the server says; nothing where it is not authentic.
  std::optional<std::string> open(Buffer frame) const {
    const auto taken = usmp::take_frame(frame, usmp::Wires::both);
    if (!taken) return std::nullopt;
    const auto opened = usmp::open(crypto::AesGcm(keys->of(usmp::Role::server).reveal()), session, *taken);
    if (!opened) return std::nullopt;
    return std::string(text_of(opened->text()));
  }

  // UTACK for a frame of the server.
  Buffer acknowledgement(usmp::FrameType type, std::uint32_t seq) const {
    Buffer out(usmp::acknowledgement_size_of(wire, type));
    if (out.size() == usmp::acknowledgement_size) usmp::encode_acknowledgement({type, seq}, out);
    else usmp::encode_acknowledgement({type, seq}, crypto::HmacSha256(keys->of(usmp::Role::server).reveal()), out);
    return out;
  }
  Buffer acknowledgement(Buffer frame) const {
    const auto header = usmp::take_frame(frame, usmp::Wires::both)->header();
    return acknowledgement(header.type, header.seq);
  }

  usmp::DeviceId id;
  usmp::Psk psk;
  usmp::Wire wire;
  sim::Random random;
  Secret<32> private_key;
  usmp::Exchange exchange;
  usmp::SessionId session{};
  std::optional<usmp::Keys> keys;
  std::uint32_t next_seq = 0;
};

}  // namespace tacit::test
