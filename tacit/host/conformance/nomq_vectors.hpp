#pragma once
#include <array>

#include "tacit/base/reason.hpp"
#include "tacit/host/conformance/strict_json.hpp"
#include "tacit/host/key.hpp"

// A vector file of NoMQ as it is on paper: spec/vectors.md says what each part means and how it is judged. What
// comes from the file to be put in and what has to come out are kept apart, so that a runner cannot confuse them.
// Numbers that have to come out are wider than on the wire: a file may expect what cannot be, and is told so.
namespace tacit::host::conformance {

struct PacketVector {
  struct Inner {
    std::uint64_t timestamp_s = 0;
    std::int64_t nonce = 0;
    ByteString message;
  };
  struct PublishCall {
    std::string channel, message;
    std::int64_t qos = 0, ttl_s = 0, priority = 0;
    bool retain = false;
  };
  std::string name;
  ByteString packet, iv, channel_id, plaintext;
  std::int64_t type = 0, flags = 0, packet_id = 0, session_id = 0, ttl_s = 0, timestamp_s = 0;
  std::optional<std::string> channel;
  std::optional<Inner> inner;                      // of a PUBLISH
  std::optional<PublishCall> publish_call;         // of a PUBLISH
  std::optional<std::int64_t> subscribe_priority;  // of a SUBSCRIBE
};

// A packet that no node takes.
struct ForeignVector {
  std::string name;
  ByteString packet;
  std::uint32_t now_s = 0;
  std::optional<std::string> subscribed;
};

enum class Verdict : std::uint8_t {
  drop,
  complete,
  advance,
  note_subscription,
  forget_subscription,
  peer_alive,
  accept
};
std::string_view name_of(Verdict);

// Why a packet is dropped, in the words of the files, and the reasons that count as this.
struct Why {
  std::string_view word;
  std::array<Reason, 2> reasons;
};

enum class PendingState : std::uint8_t { publish_qos_1, publish_sent, pubrel_sent, pubrec_sent };
struct Pending {
  std::uint32_t packet_id = 0;
  PendingState state{};
};

struct ReceiveInputs {
  std::uint32_t now_s = 0;
  std::vector<std::string> subscribed;
  std::vector<Pending> pending;  // by packet id
  std::vector<ByteString> packets;
};
struct ReceiveExpectation {
  Verdict verdict{};
  const Why* why = nullptr;  // of a drop
  std::vector<std::string> replies;
  std::optional<std::int64_t> delivered;
};
struct ReceiveCase {
  ReceiveInputs inputs;
  ReceiveExpectation expected;
};
struct ReceiveVector {
  std::string name;
  std::optional<ReceiveCase> compat, spec;
};

struct ConfigFileVector {
  struct Settings {
    std::string ip, encryption_key, hmac_key;
    std::int64_t port = 0;
    bool use_ipv6 = false;
  };
  std::string name, json, file;
  crypto::Iv iv{};
  Settings settings;
};
struct ConfigFileAcceptVector {
  std::string name, file;
  bool accepted = false;
};
struct SignatureVector {
  std::string message;
  ByteString suffix, hmac;
};

struct NomqVectors {
  NomqKeys keys;
  std::vector<PacketVector> packets_suffix, packets_hmac, packets_filler20_suffix;
  std::vector<ForeignVector> packets_readme_literal_hmac, early_format_f1e2;
  std::vector<ReceiveVector> receive;
  std::vector<ConfigFileVector> config_files;
  std::vector<ConfigFileAcceptVector> config_files_negative;
  std::vector<SignatureVector> signatures;
};

// Throws BadFile. `top` is the whole file.
NomqVectors read_nomq_vectors(const Value& top);

}  // namespace tacit::host::conformance
