#pragma once
#include "tacit/host/conformance/strict_json.hpp"
#include "tacit/usmp/frame.hpp"
#include "tacit/usmp/handshake_messages.hpp"
#include "tacit/usmp/psk.hpp"

// A vector file of USMP as it is on paper: spec/vectors.md says what each part means and how it is judged. Byte strings
// that are put in have their sizes; those that have to come out are what the file says, and so are numbers.
namespace tacit::host::conformance {

struct KeyScheduleVector {
  Secret<32> client_private, server_private;
  usmp::ChallengeNonce nonce{};
  ByteString client_public, server_public, client_to_server, server_to_client;
};

struct HandshakeMacVector {
  std::string who;
  usmp::Role role{};
  usmp::Psk psk;
  ByteString transcript, mac;
};

struct RekeyVector {
  usmp::Role initiator{};
  Secret<32> initiator_sends, initiator_receives;
  usmp::SessionId session{};
  ByteString salt, client_to_server, server_to_client;
};

struct SealedFrameVector {
  Secret<32> key;
  usmp::SessionId session{};
  std::int64_t type = 0, seq = 0;
  ByteString text, frame;
};

struct AcknowledgementVector {
  usmp::FrameType type{};
  std::uint32_t seq = 0;
  std::optional<ByteString> mac_key;
  ByteString datagram;
};

struct CookieVector {
  Secret<32> secret;
  std::string message;
  ByteString cookie;
};

// What becomes of a frame that is decoded and then opened.
enum class FrameVerdict : std::uint8_t {
  decrypts,
  crypto_error,
  magic_error,
  version_error,
  crc_error,
  frame_error,
  payload_error,
  value_error,
};
std::string_view name_of(FrameVerdict);

struct NegativeVector {
  std::string name;
  ByteString frame;
  FrameVerdict verdict{};
};

// What both ends of a session are given, in place of chance.
struct SessionInputs {
  usmp::Psk psk;
  usmp::DeviceId device{};
  Secret<32> client_private, server_private;
  usmp::ChallengeNonce nonce{};
  usmp::SessionId session{};
  ByteString rekey_salt;                    // 32 bytes where there is a REKEY
  std::optional<Secret<32>> cookie_secret;  // these two: where there is a cookie
  std::string cookie_message;
};

struct StepVector {
  usmp::Role sender{};
  std::string kind;
  std::optional<usmp::FrameType> type;  // none: UTACK
  std::uint32_t seq = 0;                // UTACK: of the acknowledged frame
  usmp::FrameType acknowledged{};       // UTACK
  ByteString bytes;
};
struct TranscriptVector {
  std::string name;
  bool datagrams = false;
  SessionInputs inputs;
  std::vector<StepVector> steps;
};

struct LegacyFrameVector {
  std::string kind;
  usmp::FrameType type{};
  usmp::Role sender{};  // this and what follows: of a sealed frame
  std::int64_t seq = 0;
  ByteString text;
  ByteString frame;
};
struct LegacyVector {
  ByteString key;
  std::vector<LegacyFrameVector> frames;
};

struct UsmpVectors {
  std::vector<KeyScheduleVector> key_schedule;
  std::vector<HandshakeMacVector> handshake_hmac;
  std::vector<RekeyVector> rekey;
  std::vector<SealedFrameVector> session_frame;
  std::size_t chacha20poly1305_frames = 0;  // looked at, and skipped
  std::vector<AcknowledgementVector> utack;
  std::vector<CookieVector> cookie;
  std::vector<NegativeVector> negative;
  std::vector<TranscriptVector> transcripts;  // one at least where there is `negative` or `legacy_v1`
  std::optional<LegacyVector> legacy_v1;
};

// Throws BadFile. `top` is the whole file.
UsmpVectors read_usmp_vectors(const Value& top);

}  // namespace tacit::host::conformance
