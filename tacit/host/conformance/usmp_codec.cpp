#include <algorithm>

#include "tacit/host/conformance/usmp_sections.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/cookie.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::host::conformance {
namespace {

void compare_keys(const std::string& side, const Result<usmp::Keys>& keys, Bytes client_to_server,
                  Bytes server_to_client, Comparison& comparison) {
  if (!keys) return comparison.text(side, explain(keys.error()).name, "two keys");
  comparison.bytes(side + " k_c2s", keys->client_to_server.reveal(), client_to_server);
  comparison.bytes(side + " k_s2c", keys->server_to_client.reveal(), server_to_client);
}

Comparison compare(const KeyScheduleVector& v) {
  Comparison comparison;
  usmp::Exchange exchange{v.nonce, {}, {}};
  crypto::x25519_public(v.client_private, exchange.client);
  crypto::x25519_public(v.server_private, exchange.server);
  comparison.bytes("pub_c", exchange.client, v.client_public);
  comparison.bytes("pub_s", exchange.server, v.server_public);
  compare_keys("client's", usmp::agree(usmp::Wire::v2, v.client_private, exchange.server, exchange), v.client_to_server,
               v.server_to_client, comparison);
  compare_keys("server's", usmp::agree(usmp::Wire::v2, v.server_private, exchange.client, exchange), v.client_to_server,
               v.server_to_client, comparison);
  return comparison;
}

// What stands behind the four bytes of the frame in a transcript. What is missing is zero, and then the transcript that
// is built differs from the file's.
struct TranscriptParts {
  usmp::Exchange exchange;
  usmp::DeviceId device{};
  usmp::SessionId session{};
};
TranscriptParts parts_of(ByteString transcript, usmp::Role role) {
  TranscriptParts parts;
  transcript.resize(4 + 32 + 16 + 32 + 32);
  Bytes rest = Bytes(transcript).subspan(4);
  const auto take = [&](MutBytes part) {
    copy(rest.first(part.size()), part);
    rest = rest.subspan(part.size());
  };
  take(parts.exchange.nonce);
  if (role == usmp::Role::client) take(parts.device);
  else take(parts.session);
  take(parts.exchange.client);
  take(parts.exchange.server);
  return parts;
}

Comparison compare(const HandshakeMacVector& v) {
  const TranscriptParts parts = parts_of(v.transcript, v.role);
  const auto transcript = v.role == usmp::Role::client
                              ? usmp::Transcript::of_client(usmp::Wire::v2, parts.exchange, parts.device)
                              : usmp::Transcript::of_server(usmp::Wire::v2, parts.exchange, parts.session);
  Comparison comparison;
  comparison.bytes("transcript", transcript.bytes(), v.transcript);
  comparison.bytes("hmac", transcript.mac(v.psk), v.mac);
  return comparison;
}

Comparison compare(const RekeyVector& v) {
  const bool client = v.initiator == usmp::Role::client;
  const usmp::Keys before{client ? v.initiator_sends.duplicate() : v.initiator_receives.duplicate(),
                          client ? v.initiator_receives.duplicate() : v.initiator_sends.duplicate()};
  const usmp::Keys after = usmp::rekeyed(before, v.initiator, v.session, v.salt);
  Comparison comparison;
  comparison.bytes("new_k_c2s", after.client_to_server.reveal(), v.client_to_server);
  comparison.bytes("new_k_s2c", after.server_to_client.reveal(), v.server_to_client);
  return comparison;
}

Comparison compare(const SealedFrameVector& v) {
  Comparison comparison;
  if (v.type < 0 || v.type > UINT8_MAX || v.seq < 0 || v.seq > std::int64_t{UINT32_MAX}) {
    comparison.note("a type or seq that fits no field", "what a frame can say");
    return comparison;
  }
  compare_sealed(v.key, v.session,
                 {usmp::Wire::v2, static_cast<usmp::FrameType>(v.type), static_cast<std::uint32_t>(v.seq)}, v.text,
                 v.frame, comparison);
  return comparison;
}

Comparison compare(const AcknowledgementVector& v) {
  ByteString built(usmp::acknowledgement_size + (v.mac_key ? usmp::acknowledgement_mac_size : 0));
  if (v.mac_key) usmp::encode_acknowledgement({v.type, v.seq}, crypto::HmacSha256(*v.mac_key), built);
  else usmp::encode_acknowledgement({v.type, v.seq}, built);
  Comparison comparison;
  comparison.bytes("utack", built, v.datagram);
  return comparison;
}

Comparison compare(const CookieVector& v) {
  Comparison comparison;
  comparison.bytes("cookie", usmp::original_cookie(v.secret, v.message), v.cookie);
  return comparison;
}

// --- Frames that are refused -------------------------------------------------------------------------

// What became of a frame: no reason when it was opened.
struct Outcome {
  bool decoded = false;
  std::optional<Reason> reason;
};

Outcome outcome_of(ByteString bytes, const Secret<32>& key, const usmp::SessionId& session) {
  const auto frame = usmp::decode_datagram(bytes, usmp::Wires::v2);
  if (!frame) return {false, frame.error()};
  const auto opened = usmp::open(crypto::AesGcm(key.reveal()), session, *frame);
  if (!opened) return {true, opened.error()};
  return {true, std::nullopt};
}

bool is(FrameVerdict verdict, const Outcome& outcome) {
  const auto refused = [&](std::initializer_list<Reason> reasons) {
    return outcome.reason && std::find(reasons.begin(), reasons.end(), *outcome.reason) != reasons.end();
  };
  switch (verdict) {
    case FrameVerdict::decrypts: return !outcome.reason;
    case FrameVerdict::crypto_error:
      return outcome.decoded && refused({Reason::bad_mac, Reason::truncated, Reason::bad_length});
    case FrameVerdict::magic_error: return !outcome.decoded && refused({Reason::bad_magic});
    case FrameVerdict::version_error: return !outcome.decoded && refused({Reason::bad_version});
    case FrameVerdict::crc_error: return !outcome.decoded && refused({Reason::bad_crc});
    case FrameVerdict::frame_error: return !outcome.decoded && refused({Reason::truncated});
    case FrameVerdict::payload_error:
      return !outcome.decoded && refused({Reason::truncated, Reason::too_large, Reason::bad_length});
    case FrameVerdict::value_error: return refused({outcome.decoded ? Reason::bad_mac : Reason::bad_type});
  }
  return false;
}

std::string text_of(const Outcome& outcome) {
  if (!outcome.reason) return "opened";
  return (outcome.decoded ? "decoded, not opened: " : "not decoded: ") + std::string(explain(*outcome.reason).name);
}

Comparison compare(const NegativeVector& v, const SessionInputs& inputs) {
  Comparison comparison;
  const auto meeting = meet(usmp::Wire::v2, inputs);
  if (!meeting) {
    comparison.text("", explain(meeting.error()).name, "a session");
    return comparison;
  }
  const Outcome outcome = outcome_of(v.frame, meeting->keys.client_to_server, inputs.session);
  if (!is(v.verdict, outcome)) comparison.note(text_of(outcome), std::string(name_of(v.verdict)));
  return comparison;
}

// -----------------------------------------------------------------------------------------------------

template <class Vector, class Name>
void run(std::string_view section, const std::vector<Vector>& vectors, Name name, Report& report) {
  for (std::size_t i = 0; i < vectors.size(); ++i) report.add(section, i, name(vectors[i]), compare(vectors[i]));
}

std::string type_and_seq(std::int64_t type, std::int64_t seq) {
  return "type " + std::to_string(type) + " seq " + std::to_string(seq);
}

}  // namespace

Report run_codec(const UsmpVectors& vectors) {
  Report report;
  run("key_schedule", vectors.key_schedule, [](auto& v) { return "nonce " + encode_hex(v.nonce); }, report);
  run("handshake_hmac", vectors.handshake_hmac, [](auto& v) { return v.who; }, report);
  run("rekey", vectors.rekey, [](auto& v) { return v.initiator == usmp::Role::client ? "client" : "server"; }, report);
  run("session_frame", vectors.session_frame, [](auto& v) { return type_and_seq(v.type, v.seq); }, report);
  run("utack", vectors.utack, [](auto& v) { return type_and_seq(static_cast<std::uint8_t>(v.type), v.seq); }, report);
  run("cookie", vectors.cookie, [](auto& v) { return v.message; }, report);
  for (std::size_t i = 0; i < vectors.negative.size(); ++i)
    report.add("negative", i, vectors.negative[i].name,
               compare(vectors.negative[i], vectors.transcripts.front().inputs));
  return report;
}

}  // namespace tacit::host::conformance
