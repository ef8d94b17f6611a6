#include "tacit/host/conformance/e2e_vectors.hpp"

#include <charconv>
#include <cstdio>

namespace tacit::host::conformance {
namespace {

constexpr std::array<std::string_view, 8> verdict_words{"ok",          "too_short",   "replay",      "too_old",
                                                        "from_future", "auth_failed", "bad_version", "bad_size"};
constexpr unsigned rule_size_max = 16'000'000;

e2e::Key key(const Value& value) { return e2e::Key(value.hex_of(e2e::key_size)); }

// Nanoseconds in a text, because JSON's numbers end before.
std::int64_t ns(const Value& value) {
  const std::string text = value.text();
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec == std::errc::result_out_of_range) value.refuse(Fault::out_of_range, "does not fit 64 bits");
  if (parsed.ec != std::errc{} || parsed.ptr != end) value.refuse(Fault::bad_encoding, "is not a decimal number");
  return number;
}
e2e::PacketTime time(const Value& value) { return e2e::PacketTime(ns(value)); }

e2e::PacketSpan window(const Value& value) {
  const std::int64_t window_ns = ns(value);
  if (window_ns < 0) value.refuse(Fault::out_of_range, "is negative");
  return e2e::PacketSpan(window_ns);
}

ReceiverVector receiver(const Value& value) {
  return {key(value["key"]), value["aad"].hex(), window(value["window_ns"])};
}

// "byte i = (7*i+3) mod 256, 100000 bytes"
ByteString by_rule(const Value& value) {
  unsigned factor = 0, summand = 0, size = 0;
  int end = 0;
  const std::string rule = value.text();
  const int found =
      std::sscanf(rule.c_str(), "byte i = (%9u*i+%9u) mod 256, %9u bytes%n", &factor, &summand, &size, &end);
  if (found != 3 || static_cast<std::size_t>(end) != rule.size())
    value.refuse(Fault::bad_encoding, "is not \"byte i = (A*i+B) mod 256, N bytes\"");
  if (size > rule_size_max) value.refuse(Fault::out_of_range, "is too long a packet");
  ByteString bytes(size);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(factor * i + summand);
  return bytes;
}

ByteString packet_or_rule(const Value& value) {
  if (value["packet"].is_null()) return by_rule(value["packet_rule"]);
  return value["packet"].hex();
}

Expectation expectation(const Value& value) {
  Expectation expected;
  expected.verdict = static_cast<PacketVerdict>(value["expect"].one_of(verdict_words));
  if (const auto any = value.find("expect_any"))
    for (const Value& word : any->elements())
      expected.equally_good.push_back(static_cast<PacketVerdict>(word.one_of(verdict_words)));
  return expected;
}

TopicVector read_topic(const Value& value) {
  value.has_members({"id", "key", "nonce", "plaintext", "aad", "gcm_output", "base64", "topic_base", "example_topics"});
  TopicVector vector{value["id"].label(), key(value["key"]), value["topic_base"].text(), {}};
  for (const auto& [name, topic] : value["example_topics"].members()) vector.examples.emplace_back(name, topic.text());
  return vector;
}

SealedVector read_seal(const Value& value) {
  SealedVector vector{{}, key(value["key"]), value["aad"].hex(), value["random"].hex_of(4), {}, {}, {}, {}, 0, {}};
  vector.message = value["message"].hex();
  vector.packet = value["packet"].hex();
  vector.time = time(value["time_ns"]);
  vector.pad_size = value["pad_size"].number_up_to(e2e::pad_size_max);
  return vector;
}

SealedVector read_sealed(const Value& value) {
  value.has_members({"id", "note", "key", "aad", "time_ns", "random", "pad_size", "message", "message_len", "iv",
                     "plaintext_len", "plaintext", "plaintext_sha256", "packet", "packet_len", "packet_sha256"});
  SealedVector vector = read_seal(value);
  vector.id = value["id"].label();
  vector.opened_at = vector.time;
  return vector;
}

SealedVector read_genuine(const Value& value) {
  value.has_members({"key", "aad", "topic", "pad_size", "message", "time_ns", "random", "packet", "seen_at_ns"});
  SealedVector vector = read_seal(value);
  vector.opened_at = time(value["seen_at_ns"]);
  vector.topic = value["topic"].text();
  vector.id = *vector.topic;
  return vector;
}

OpenVector read_accept(const Value& value) {
  value.has_members({"id", "note", "key", "aad", "now_ns", "window_ns", "packet", "plaintext", "message"});
  return {value["id"].label(),
          receiver(value),
          time(value["now_ns"]),
          value["packet"].hex(),
          {PacketVerdict::ok, {}, value["message"].hex()}};
}

OpenVector read_reject(const Value& value) {
  value.has_members(
      {"id", "note", "key", "aad", "now_ns", "window_ns", "packet", "packet_len", "expect", "original_error"},
      {"packet_rule", "live_text", "expect_any"});
  return {value["id"].label(), receiver(value), time(value["now_ns"]), packet_or_rule(value), expectation(value)};
}

SequenceVector::Step read_step(const Value& value) {
  value.has_members({"step", "now_ns", "packet", "expect", "message", "original"}, {"expect_any"});
  SequenceVector::Step step{value["step"].label(), time(value["now_ns"]), value["packet"].hex(), expectation(value)};
  if (step.expected.verdict == PacketVerdict::ok) step.expected.message = value["message"].hex();
  return step;
}

SequenceVector read_sequence(const Value& value) {
  value.has_members({"id", "note", "key", "aad", "window_ns", "own_sent", "steps"});
  SequenceVector sequence{value["id"].label(), receiver(value), {}, {}};
  for (const Value& packet : value["own_sent"].elements()) {
    sequence.own_sent.push_back(packet.hex());
    if (sequence.own_sent.back().size() < e2e::overhead)
      packet.refuse(Fault::wrong_length, "is too short for a packet");
  }
  for (const Value& step : value["steps"].elements()) sequence.steps.push_back(read_step(step));
  return sequence;
}

std::vector<SealedVector> read_all_genuine(const Value& top) {
  const auto value = top.find("genuine");
  if (!value || value->members().empty()) return {};
  value->has_members({"note", "packets", "mqtt_frames", "live_reject_texts"});
  return read_section(*value, "packets", read_genuine);
}

}  // namespace

std::string_view name_of(PacketVerdict verdict) { return verdict_words[static_cast<std::size_t>(verdict)]; }

E2eVectors read_e2e_vectors(const Value& top) {
  top.has_members({"format", "source", "conventions", "constants"},
                  {"topics", "sealed", "accept", "reject", "sequences", "genuine"});
  return {read_section(top, "topics", read_topic),       read_section(top, "sealed", read_sealed),
          read_section(top, "accept", read_accept),      read_section(top, "reject", read_reject),
          read_section(top, "sequences", read_sequence), read_all_genuine(top)};
}

}  // namespace tacit::host::conformance
