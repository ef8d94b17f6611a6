#include "tacit/host/conformance/usmp_sections.hpp"

#include "tacit/host/reasons.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::host::conformance {
namespace {

usmp::PublicKey public_key(const Secret<32>& private_key) {
  usmp::PublicKey key;
  crypto::x25519_public(private_key, key);
  return key;
}

template <class Message> ByteString encoded(usmp::Wire wire, std::uint32_t seq, const Message& message) {
  ByteString frame(usmp::frame_size_of<Message>);
  usmp::encode_handshake(wire, seq, message, frame);
  return frame;
}

}  // namespace

std::size_t count_cases(const UsmpVectors& v) {
  std::size_t cases = v.key_schedule.size() + v.handshake_hmac.size() + v.rekey.size() + v.session_frame.size() +
                      v.chacha20poly1305_frames + v.utack.size() + v.cookie.size() + v.negative.size();
  for (const TranscriptVector& transcript : v.transcripts) cases += transcript.steps.size();
  if (v.legacy_v1) cases += 1 + v.legacy_v1->frames.size();
  return cases;
}

Report run_usmp(const UsmpVectors& vectors) {
  Report report = run_codec(vectors);
  report.add(run_transcripts(vectors));
  report.add(run_legacy(vectors));
  report.skipped = vectors.chacha20poly1305_frames;
  return report;
}

Result<Meeting> meet(usmp::Wire wire, const SessionInputs& inputs) {
  const usmp::Exchange exchange{inputs.nonce, public_key(inputs.client_private), public_key(inputs.server_private)};
  auto keys = usmp::agree(wire, inputs.client_private, exchange.server, exchange);
  if (!keys) return keys.error();
  return Meeting{exchange, {inputs.device, exchange.client, {}}, std::move(*keys)};
}

ByteString handshake_frame(usmp::Wire wire, const SessionInputs& inputs, const Meeting& meeting, usmp::FrameType type,
                           std::uint32_t seq, const std::optional<usmp::Cookie>& cookie) {
  const usmp::Exchange& exchange = meeting.exchange;
  switch (type) {
    case usmp::FrameType::hello: {
      usmp::Hello hello = meeting.hello;
      hello.cookie = cookie;
      ByteString frame(usmp::frame_size_of_hello(hello));
      usmp::encode_handshake(wire, seq, hello, frame);
      return frame;
    }
    case usmp::FrameType::hello_retry: return encoded(wire, seq, usmp::HelloRetry{cookie.value()});
    case usmp::FrameType::challenge: return encoded(wire, seq, usmp::Challenge{inputs.nonce, exchange.server});
    case usmp::FrameType::hello_ack: {
      const auto transcript = usmp::Transcript::of_client(wire, exchange, inputs.device);
      return encoded(wire, seq, usmp::HelloAck{transcript.mac(inputs.psk)});
    }
    case usmp::FrameType::session_ok: {
      const auto transcript = usmp::Transcript::of_server(wire, exchange, inputs.session);
      return encoded(wire, seq, usmp::SessionOk{inputs.session, transcript.mac(inputs.psk)});
    }
    default: require(false);
  }
  return {};
}

ByteString sealed_frame(const Secret<32>& key, const usmp::SessionId& session, const usmp::Header& header, Bytes text) {
  ByteString frame(usmp::sealed_size(text.size()));
  usmp::seal(crypto::AesGcm(key.reveal()), session, header, text, frame);
  return frame;
}

void compare_sealed(const Secret<32>& key, const usmp::SessionId& session, const usmp::Header& header, Bytes text,
                    Bytes frame, Comparison& comparison) {
  if (text.size() > usmp::fragment_size_max) comparison.note("a text that fits no frame", "one of 452 bytes at most");
  else comparison.bytes("frame", sealed_frame(key, session, header, text), frame);

  ByteString received(frame.begin(), frame.end());
  const auto decoded = usmp::decode_datagram(received, only(header.wire));
  if (!decoded) return comparison.text("decoding:", explain(decoded.error()).name, "a frame");
  const auto opened = usmp::open(crypto::AesGcm(key.reveal()), session, *decoded);
  if (!opened) return comparison.text("opening:", explain(opened.error()).name, "a text");
  comparison.number("type", static_cast<std::uint8_t>(opened->type()), static_cast<std::uint8_t>(header.type));
  comparison.number("seq", opened->seq(), header.seq);
  comparison.bytes("plaintext", opened->text(), text);
}

}  // namespace tacit::host::conformance
