#include "tacit/host/conformance/nomq_vectors.hpp"

#include <algorithm>
#include <charconv>

#include "tacit/nomq/packet.hpp"

namespace tacit::host::conformance {
namespace {

constexpr std::array<std::string_view, 7> verdict_words{
    "drop", "complete", "advance", "note peer subscription", "forget peer subscription", "peer alive", "accept"};

// Where one reason is meant it stands twice.
constexpr std::array whys{
    Why{"short", {Reason::truncated, Reason::truncated}},
    Why{"length", {Reason::bad_length, Reason::truncated}},
    Why{"payload length", {Reason::bad_length, Reason::bad_length}},
    Why{"magic", {Reason::bad_magic, Reason::bad_magic}},
    Why{"version", {Reason::bad_version, Reason::bad_version}},
    Why{"mac", {Reason::bad_mac, Reason::bad_mac}},
    Why{"own", {Reason::own, Reason::own}},
    Why{"unknown id", {Reason::unknown_id, Reason::unknown_id}},
    Why{"timestamp", {Reason::stale, Reason::future}},
    Why{"iv mismatch", {Reason::iv_mismatch, Reason::iv_mismatch}},
    Why{"padding", {Reason::bad_padding, Reason::bad_padding}},
    Why{"type", {Reason::bad_type, Reason::bad_type}},
    Why{"qos", {Reason::bad_qos, Reason::bad_qos}},
    Why{"channel", {Reason::unknown_channel, Reason::unknown_channel}},
    Why{"channel id", {Reason::bad_channel_id, Reason::bad_channel_id}},
    Why{"wrong state", {Reason::wrong_state, Reason::wrong_state}},
    Why{"inner header", {Reason::bad_body, Reason::bad_body}},
    Why{"inner length", {Reason::bad_body, Reason::bad_body}},
    Why{"payload id", {Reason::bad_body, Reason::bad_body}},
    Why{"heartbeat body", {Reason::bad_body, Reason::bad_body}},
    Why{"empty message", {Reason::empty_message, Reason::empty_message}},
    Why{"over the 1024 limit", {Reason::too_large, Reason::too_large}},
    Why{"utf-8", {Reason::bad_utf8, Reason::bad_utf8}},
    Why{"expired: inner timestamp + ttl", {Reason::expired, Reason::expired}},
    Why{"too old", {Reason::too_old, Reason::too_old}},
};

constexpr auto why_words = [] {
  std::array<std::string_view, whys.size()> words;
  std::transform(whys.begin(), whys.end(), words.begin(), [](const Why& why) { return why.word; });
  return words;
}();

constexpr std::array<std::string_view, 3> pending_words{"PUBLISH_SENT", "PUBREL_SENT", "PUBREC_SENT"};
constexpr std::array<std::string_view, 2> expect_words{"accept", "reject"};

std::optional<std::string> text_or_null(const Value& value) {
  if (value.is_null()) return std::nullopt;
  return value.text();
}

// --- Packets -----------------------------------------------------------------------------------------

void has_packet_members(const Value& value) {
  const auto type = value["type"].number();
  const bool publish = type == static_cast<std::int64_t>(nomq::PacketType::publish);
  const bool subscribe = type == static_cast<std::int64_t>(nomq::PacketType::subscribe);
  value.has_members(
      {"name", "packet", "type", "flags", "packet_id", "session_id", "ttl", "iv", "timestamp", "channel_id", "channel",
       "plaintext"},
      {"sent_to", "genuine_head_receiver", publish ? "inner" : "name", publish || subscribe ? "call" : "name"});
  if (publish) {
    value["inner"].has_members({"timestamp", "nonce", "message_utf8"});
    value["call"].has_members({"channel", "message", "qos", "retain", "ttl", "priority"});
  }
  if (subscribe) value["call"].has_members({"priority"});
}

PacketVector read_packet(const Value& value) {
  has_packet_members(value);
  PacketVector packet;
  packet.name = value["name"].label();
  packet.packet = value["packet"].hex();
  packet.type = value["type"].number();
  packet.flags = value["flags"].number();
  packet.packet_id = value["packet_id"].number();
  packet.session_id = value["session_id"].number();
  packet.ttl_s = value["ttl"].number();
  packet.iv = value["iv"].hex();
  packet.timestamp_s = value["timestamp"].number();
  packet.channel_id = value["channel_id"].hex();
  packet.channel = text_or_null(value["channel"]);
  packet.plaintext = value["plaintext"].hex();
  if (const auto inner = value.find("inner"))
    packet.inner = {(*inner)["timestamp"].number_up_to(UINT64_MAX), (*inner)["nonce"].number(),
                    (*inner)["message_utf8"].hex()};
  const auto call = value.find("call");
  if (call && packet.inner) {
    packet.publish_call = {(*call)["channel"].text(), (*call)["message"].text(),    (*call)["qos"].number(),
                           (*call)["ttl"].number(),   (*call)["priority"].number(), (*call)["retain"].truth()};
  } else if (call) {
    packet.subscribe_priority = (*call)["priority"].number();
  }
  return packet;
}

ForeignVector read_literal(const Value& value) {
  has_packet_members(value);
  return {value["name"].label(), value["packet"].hex(),
          static_cast<std::uint32_t>(value["timestamp"].number_up_to(UINT32_MAX)), text_or_null(value["channel"])};
}

ForeignVector read_early(const Value& value) {
  value.has_members(
      {"name", "packet", "type", "flags", "packet_id", "session_id", "ttl", "iv", "timestamp", "plaintext"});
  return {value["name"].label(), value["packet"].hex(),
          static_cast<std::uint32_t>(value["timestamp"].number_up_to(UINT32_MAX)), std::nullopt};
}

// --- Nodes -------------------------------------------------------------------------------------------

std::vector<Pending> read_pending(const Value& value) {
  std::vector<Pending> result;
  for (const auto& [name, state] : value.members()) {
    Pending pending;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data(), end, pending.packet_id);
    if (parsed.ec != std::errc{} || parsed.ptr != end || std::to_string(pending.packet_id) != name)
      state.refuse(Fault::wrong_type, "is not under a packet id");
    if (!state.is_null()) pending.state = static_cast<PendingState>(1 + state.one_of(pending_words));
    result.push_back(pending);
  }
  std::sort(result.begin(), result.end(), [](auto& a, auto& b) { return a.packet_id < b.packet_id; });
  return result;
}

std::vector<std::string> read_texts(const Value& value) {
  std::vector<std::string> result;
  for (const Value& element : value.elements()) result.push_back(element.text());
  return result;
}

ReceiveExpectation read_expectation(const Value& value) {
  ReceiveExpectation expected;
  expected.verdict = static_cast<Verdict>(value["verdict"].one_of(verdict_words));
  if (expected.verdict == Verdict::drop) {
    value.has_members({"verdict", "why"});
    expected.why = &whys[value["why"].one_of(why_words)];
    return expected;
  }
  value.has_members({"verdict", "replies"}, {"delivered"});
  expected.replies = read_texts(value["replies"]);
  if (const auto delivered = value.find("delivered")) expected.delivered = delivered->number();
  return expected;
}

std::optional<ReceiveCase> read_receive_case(const Value& element, std::string_view packets,
                                             std::string_view expectation) {
  ReceiveInputs inputs;
  inputs.now_s = static_cast<std::uint32_t>(element["now"].number_up_to(UINT32_MAX));
  inputs.subscribed = read_texts(element["subscribed"]);
  if (const auto pending = element.find("pending")) inputs.pending = read_pending(*pending);
  for (const Value& packet : element[packets].elements()) inputs.packets.push_back(packet.hex());
  const Value expected = element[expectation];
  if (expected.is_null()) return std::nullopt;
  if (inputs.packets.empty()) element[packets].refuse(Fault::missing_member, "has no packet to judge");
  return ReceiveCase{std::move(inputs), read_expectation(expected)};
}

ReceiveVector read_receive(const Value& value) {
  value.has_members({"name", "note", "now", "subscribed", "packets_suffix", "packets_hmac", "genuine_head",
                     "expect_compat", "expect_spec"},
                    {"pending"});
  return {value["name"].label(), read_receive_case(value, "packets_suffix", "expect_compat"),
          read_receive_case(value, "packets_hmac", "expect_spec")};
}

// --- Settings ----------------------------------------------------------------------------------------

ConfigFileVector read_config_file(const Value& value) {
  value.has_members({"name", "plaintext_json", "iv", "file", "genuine_reload"});
  const Value settings = value["genuine_reload"];
  settings.has_members({"use_ipv6", "ip", "hmac_key", "port", "encryption_key"});
  // Text to compare, but hex like all of it.
  (void)settings["encryption_key"].hex();
  (void)settings["hmac_key"].hex();
  ConfigFileVector vector{value["name"].label(),
                          value["plaintext_json"].text(),
                          value["file"].text(),
                          {},
                          {settings["ip"].text(), settings["encryption_key"].text(), settings["hmac_key"].text(),
                           settings["port"].number(), settings["use_ipv6"].truth()}};
  copy(value["iv"].hex_of(vector.iv.size()), vector.iv);
  return vector;
}

ConfigFileAcceptVector read_config_file_accept(const Value& value) {
  value.has_members({"name", "file", "expect", "genuine"});
  return {value["name"].label(), value["file"].text(), value["expect"].one_of(expect_words) == 0};
}

SignatureVector read_signature(const Value& value) {
  value.has_members({"message_utf8", "signature", "signature_hmac"});
  const ByteString message = value["message_utf8"].hex();
  return {std::string(text_of(message)), value["signature"].hex(), value["signature_hmac"].hex()};
}

}  // namespace

std::string_view name_of(Verdict verdict) { return verdict_words[static_cast<std::size_t>(verdict)]; }

NomqVectors read_nomq_vectors(const Value& top) {
  top.has_members({"about", "now", "config_key", "keys"},
                  {"packets_suffix", "packets_hmac", "packets_filler20_suffix", "packets_readme_literal_hmac",
                   "early_format_f1e2", "receive", "config_files", "config_files_negative", "signatures"});
  top["keys"].has_members({"encryption_key", "hmac_key"});
  NomqVectors vectors;
  vectors.keys.encryption = Secret<32>(top["keys"]["encryption_key"].hex_of(32));
  vectors.keys.mac = Secret<32>(top["keys"]["hmac_key"].hex_of(32));
  vectors.packets_suffix = read_section(top, "packets_suffix", read_packet);
  vectors.packets_hmac = read_section(top, "packets_hmac", read_packet);
  vectors.packets_filler20_suffix = read_section(top, "packets_filler20_suffix", read_packet);
  vectors.packets_readme_literal_hmac = read_section(top, "packets_readme_literal_hmac", read_literal);
  vectors.early_format_f1e2 = read_section(top, "early_format_f1e2", read_early);
  vectors.receive = read_section(top, "receive", read_receive);
  vectors.config_files = read_section(top, "config_files", read_config_file);
  vectors.config_files_negative = read_section(top, "config_files_negative", read_config_file_accept);
  vectors.signatures = read_section(top, "signatures", read_signature);
  return vectors;
}

}  // namespace tacit::host::conformance
