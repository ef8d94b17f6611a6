#include "tacit/host/conformance/usmp_vectors.hpp"

#include <algorithm>
#include <charconv>

namespace tacit::host::conformance {
namespace {

using usmp::FrameType;
using usmp::Role;

constexpr std::array<std::string_view, 2> role_words{"client", "server"};
constexpr std::array<std::string_view, 2> direction_words{"c2s", "s2c"};  // in the order of the senders' roles
constexpr std::array<std::string_view, 2> transport_words{"tcp", "udp"};
constexpr std::array<std::string_view, 8> verdict_words{
    "decrypts",   "frame ok, CryptoError", "MagicError", "VersionError", "CRCError",
    "FrameError", "PayloadError",          "ValueError"};

// In the order of their numbers from 1 on; UTACK is no frame and comes last.
constexpr std::array<std::string_view, 12> kind_words{"HELLO",     "CHALLENGE",   "HELLO_ACK", "SESSION_OK",
                                                      "DATA",      "PING",        "PONG",      "BYE",
                                                      "DATA_FRAG", "HELLO_RETRY", "REKEY",     "UTACK"};
constexpr std::size_t utack_kind = kind_words.size() - 1;
constexpr FrameType type_of_kind(std::size_t kind) { return static_cast<FrameType>(kind + 1); }

// "HELLO", or of what both may send "DATA c2s".
constexpr std::array legacy_sealed_types{FrameType::data, FrameType::ping, FrameType::pong, FrameType::bye,
                                         FrameType::data_fragment};
const std::vector<std::string>& legacy_kinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> made(kind_words.begin(), kind_words.begin() + 4);
    for (const FrameType type : legacy_sealed_types)
      for (const std::string_view direction : direction_words)
        made.push_back(std::string(kind_words[static_cast<std::size_t>(type) - 1]) + " " + std::string(direction));
    return made;
  }();
  return kinds;
}

template <class Array> Array array(const Value& value) {
  Array array;
  copy(value.hex_of(array.size()), array);
  return array;
}

Secret<32> secret(const Value& value) { return Secret<32>(value.hex_of(32)); }

usmp::Psk psk(const Value& value) {
  auto key = usmp::Psk::of(value.hex());
  if (!key) value.refuse(Fault::wrong_length, "has fewer than 16 bytes");
  return std::move(*key);
}

std::uint32_t seq_of(const Value& value) { return static_cast<std::uint32_t>(value.number_up_to(UINT32_MAX)); }

// --- Single functions --------------------------------------------------------------------------------

KeyScheduleVector read_key_schedule(const Value& value) {
  value.has_members({"priv_c", "pub_c", "priv_s", "pub_s", "shared", "challenge_nonce", "hkdf_info", "k_c2s", "k_s2c"});
  return {secret(value["priv_c"]), secret(value["priv_s"]), array<usmp::ChallengeNonce>(value["challenge_nonce"]),
          value["pub_c"].hex(),    value["pub_s"].hex(),    value["k_c2s"].hex(),
          value["k_s2c"].hex()};
}

HandshakeMacVector read_handshake_mac(const Value& value) {
  value.has_members({"who", "psk", "transcript", "hmac"});
  const std::string who = value["who"].text();
  const bool client = who.starts_with("client");
  if (!client && !who.starts_with("server"))
    value["who"].refuse(Fault::unknown_name, "begins neither with client nor with server");
  return {who, client ? Role::client : Role::server, psk(value["psk"]), value["transcript"].hex(), value["hmac"].hex()};
}

RekeyVector read_rekey(const Value& value) {
  value.has_members({"initiator", "initiator_tx_key", "initiator_rx_key", "session_id", "salt", "hkdf_ikm", "hkdf_info",
                     "new_k_c2s", "new_k_s2c"});
  return {static_cast<Role>(value["initiator"].one_of(role_words)),
          secret(value["initiator_tx_key"]),
          secret(value["initiator_rx_key"]),
          array<usmp::SessionId>(value["session_id"]),
          value["salt"].hex_of(32),
          value["new_k_c2s"].hex(),
          value["new_k_s2c"].hex()};
}

SealedFrameVector read_sealed_frame(const Value& value) {
  return {secret(value["key"]),     array<usmp::SessionId>(value["session_id"]),
          value["type"].number(),   value["seq"].number(),
          value["plaintext"].hex(), value["frame"].hex()};
}

SealedFrameVector read_session_frame(const Value& value) {
  value.has_members({"dir", "key", "session_id", "type", "seq", "plaintext", "frame"});
  return read_sealed_frame(value);
}

SealedFrameVector read_chacha_frame(const Value& value) {
  value.has_members({"key", "session_id", "type", "seq", "plaintext", "frame"}, {"note"});
  return read_sealed_frame(value);
}

AcknowledgementVector read_acknowledgement(const Value& value) {
  value.has_members({"acked_type", "acked_seq", "mac_key", "mac_key_is", "utack"});
  std::optional<ByteString> mac_key;
  if (!value["mac_key"].is_null()) mac_key = value["mac_key"].hex();
  return {static_cast<FrameType>(value["acked_type"].number_up_to(UINT8_MAX)), seq_of(value["acked_seq"]),
          std::move(mac_key), value["utack"].hex()};
}

CookieVector read_cookie(const Value& value) {
  value.has_members({"secret", "message_ascii", "cookie"});
  return {secret(value["secret"]), value["message_ascii"].text(), value["cookie"].hex()};
}

NegativeVector read_negative(const Value& value) {
  value.has_members({"name", "frame", "verdict"});
  return {value["name"].label(), value["frame"].hex(),
          static_cast<FrameVerdict>(value["verdict"].one_of(verdict_words))};
}

// --- Sessions ----------------------------------------------------------------------------------------

// "127.0.0.1:40000", as the original prints an address and a port.
std::string address_and_port(const Value& value) {
  const std::string text = value.text();
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) value.refuse(Fault::bad_encoding, "has no colon between an address and a port");
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) value.refuse(Fault::bad_encoding, "does not end with a port");
  return text;
}

SessionInputs read_inputs(const Value& value) {
  value.has_members({"psk", "device_id", "priv_c", "priv_s", "challenge_nonce", "session_id", "k_c2s", "k_s2c"},
                    {"rekey_salt", "cookie_secret", "client_addr", "unix_time", "cookie_bucket"});
  SessionInputs inputs{psk(value["psk"]),
                       array<usmp::DeviceId>(value["device_id"]),
                       secret(value["priv_c"]),
                       secret(value["priv_s"]),
                       array<usmp::ChallengeNonce>(value["challenge_nonce"]),
                       array<usmp::SessionId>(value["session_id"]),
                       {},
                       {},
                       {}};
  if (const auto salt = value.find("rekey_salt")) inputs.rekey_salt = salt->hex_of(32);
  if (const auto secret_of_cookies = value.find("cookie_secret")) inputs.cookie_secret = secret(*secret_of_cookies);
  if (const auto time = value.find("unix_time")) (void)time->number();
  const auto address = value.find("client_addr"), bucket = value.find("cookie_bucket");
  if (address) inputs.cookie_message = address_and_port(*address) + ":";
  if (bucket) inputs.cookie_message += std::to_string(bucket->number_up_to(UINT64_MAX));
  return inputs;
}

StepVector read_step(const Value& value) {
  const std::size_t kind = value["kind"].one_of(kind_words);
  StepVector step;
  if (kind == utack_kind) {
    value.has_members({"dir", "kind", "acked_type", "acked_seq", "bytes"});
    step.acknowledged = static_cast<FrameType>(value["acked_type"].number_up_to(UINT8_MAX));
    step.seq = seq_of(value["acked_seq"]);
  } else {
    value.has_members({"dir", "kind", "seq", "bytes"});
    step.type = type_of_kind(kind);
    step.seq = seq_of(value["seq"]);
  }
  step.sender = static_cast<Role>(value["dir"].one_of(direction_words));
  step.kind = kind_words[kind];
  step.bytes = value["bytes"].hex();
  return step;
}

// Whether the step carries a cookie, which a HELLO over TCP never does.
bool has_cookie(const StepVector& step, bool datagrams) {
  return step.type == FrameType::hello_retry || (step.type == FrameType::hello && datagrams && step.seq > 0);
}

TranscriptVector read_transcript(const Value& value) {
  value.has_members({"name", "transport", "inputs", "steps"}, {"note"});
  TranscriptVector transcript{
      value["name"].label(), value["transport"].one_of(transport_words) == 1, read_inputs(value["inputs"]), {}};
  for (const Value& step : value["steps"].elements()) transcript.steps.push_back(read_step(step));
  const Value inputs = value["inputs"];
  for (const StepVector& step : transcript.steps) {
    if (step.type == FrameType::rekey) (void)inputs["rekey_salt"];
    if (has_cookie(step, transcript.datagrams))
      for (const char* member : {"cookie_secret", "client_addr", "cookie_bucket"}) (void)inputs[member];
  }
  return transcript;
}

LegacyFrameVector read_legacy_frame(const Value& value) {
  const std::vector<std::string_view> words(legacy_kinds().begin(), legacy_kinds().end());
  const std::size_t word = value["kind"].one_of(words);
  LegacyFrameVector frame;
  frame.kind = words[word];
  if (word < 4) {
    value.has_members({"kind", "frame"}, {"note"});
    frame.type = type_of_kind(word);
  } else {
    value.has_members({"kind", "seq", "plaintext", "frame"}, {"note"});
    frame.type = legacy_sealed_types[(word - 4) / 2];
    frame.sender = static_cast<Role>((word - 4) % 2);
    frame.seq = value["seq"].number();
    frame.text = value["plaintext"].hex();
  }
  frame.frame = value["frame"].hex();
  return frame;
}

std::optional<LegacyVector> read_legacy(const Value& top) {
  const auto value = top.find("legacy_v1");
  if (!value || value->members().empty()) return std::nullopt;
  value->has_members({"applies_to", "session_key_both_directions", "hkdf_info", "hkdf_length", "hmac_client_input",
                      "hmac_server_input", "frames", "utack"},
                     {"note"});
  return LegacyVector{(*value)["session_key_both_directions"].hex(), read_section(*value, "frames", read_legacy_frame)};
}

}  // namespace

std::string_view name_of(FrameVerdict verdict) { return verdict_words[static_cast<std::size_t>(verdict)]; }

UsmpVectors read_usmp_vectors(const Value& top) {
  top.has_members({"about"}, {"key_schedule", "handshake_hmac", "rekey", "session_frame", "chacha20poly1305_frame",
                              "utack", "cookie", "negative", "transcripts", "legacy_v1"});
  UsmpVectors vectors;
  vectors.key_schedule = read_section(top, "key_schedule", read_key_schedule);
  vectors.handshake_hmac = read_section(top, "handshake_hmac", read_handshake_mac);
  vectors.rekey = read_section(top, "rekey", read_rekey);
  vectors.session_frame = read_section(top, "session_frame", read_session_frame);
  vectors.chacha20poly1305_frames = read_section(top, "chacha20poly1305_frame", read_chacha_frame).size();
  vectors.utack = read_section(top, "utack", read_acknowledgement);
  vectors.cookie = read_section(top, "cookie", read_cookie);
  vectors.negative = read_section(top, "negative", read_negative);
  vectors.transcripts = read_section(top, "transcripts", read_transcript);
  vectors.legacy_v1 = read_legacy(top);
  if (vectors.transcripts.empty() && (!vectors.negative.empty() || vectors.legacy_v1))
    top.refuse(Fault::missing_member, "has no transcripts[0], whose session negative and legacy_v1 are about");
  return vectors;
}

}  // namespace tacit::host::conformance
