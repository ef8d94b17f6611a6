#include "tacit/host/conformance/e2e_sections.hpp"

#include <algorithm>
#include <bit>

#include "tacit/e2e/topic.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::host::conformance {
namespace {

// The four bytes that a vector says, in place of chance.
class SaidRandom final : public crypto::Random {
 public:
  explicit SaidRandom(Bytes bytes) : bytes_(bytes) {}
  void fill(MutBytes out) override {
    require(out.size() == bytes_.size());
    copy(bytes_, out);
  }

 private:
  Bytes bytes_;
};

// An envelope and its memory, which has room for all that a case gives it.
class Station {
 public:
  Station(const e2e::Key& key, const e2e::EnvelopeConfig& config, std::size_t packets, Bytes random = {})
      : packets_(packets + 1), oldest_(packets_.size()), buckets_(std::bit_ceil(packets_.size())), random_(random),
        envelope_(key, config, {packets_, oldest_, buckets_}, random_) {}

  e2e::Envelope& envelope() { return envelope_; }

 private:
  std::vector<e2e::Seen::Packet> packets_;
  std::vector<e2e::Seen::Packet*> oldest_, buckets_;
  SaidRandom random_;
  e2e::Envelope envelope_;
};

constexpr std::size_t no_cap = SIZE_MAX;

e2e::EnvelopeConfig config_of(const ReceiverVector& v) {
  return {.aad = v.aad, .past = v.window, .future = v.window, .packet_max = no_cap};
}

// --- Topics and sealing ------------------------------------------------------------------------------

std::string base_of(const e2e::Key& key) { return std::string(e2e::TopicBase(crypto::AesGcm(key.reveal())).text()); }

Comparison compare(const TopicVector& v) {
  Comparison comparison;
  const std::string base = base_of(v.key);
  comparison.text("topic_base", base, v.base);
  for (const auto& [name, topic] : v.examples) comparison.text(name, base + "/" + name, topic);
  return comparison;
}

void compare_opened(const SealedVector& v, const e2e::EnvelopeConfig& config, Comparison& comparison) {
  Station receiver(v.key, config, 1);
  ByteString packet = v.packet;
  const auto opened = receiver.envelope().open("", packet, v.opened_at);
  if (!opened) return comparison.text("", explain(opened.error()).name, "opened");
  comparison.bytes("message", opened->message(), v.message);
}

Comparison compare(const SealedVector& v) {
  Comparison comparison;
  const e2e::EnvelopeConfig config{.aad = v.aad, .pad_size = v.pad_size, .packet_max = no_cap};
  Station sender(v.key, config, 1, v.random);
  ByteString packet(sender.envelope().packet_size(v.message.size()));
  if (const auto sealed = sender.envelope().seal("", v.message, v.time, packet); !sealed)
    comparison.text("sealing", explain(sealed.error()).name, "a packet");
  else comparison.bytes("packet", packet, v.packet);
  compare_opened(v, config, comparison);
  if (v.topic) comparison.text("first level of topic", v.topic->substr(0, v.topic->find('/')), base_of(v.key));
  return comparison;
}

// --- Opening -----------------------------------------------------------------------------------------

std::optional<PacketVerdict> verdict_of(Reason reason) {
  switch (reason) {
    case Reason::truncated: return PacketVerdict::too_short;
    case Reason::replay:
    case Reason::own: return PacketVerdict::replay;
    case Reason::stale: return PacketVerdict::too_old;
    case Reason::future: return PacketVerdict::from_future;
    case Reason::bad_mac: return PacketVerdict::auth_failed;
    case Reason::bad_version: return PacketVerdict::bad_version;
    case Reason::bad_length: return PacketVerdict::bad_size;
    default: return std::nullopt;
  }
}

Comparison compare(const Expectation& expected, const Result<e2e::Opened>& opened) {
  Comparison comparison;
  if (opened) {
    if (expected.verdict == PacketVerdict::ok) comparison.bytes("message", opened->message(), expected.message);
    else comparison.note("accepted", "refused: " + std::string(name_of(expected.verdict)));
    return comparison;
  }
  const std::string_view name = explain(opened.error()).name;
  if (expected.verdict == PacketVerdict::ok) {
    comparison.note("refused: " + std::string(name), "accepted");
    return comparison;
  }
  const auto verdict = verdict_of(opened.error());
  const auto& good = expected.equally_good;
  const bool named =
      verdict && (verdict == expected.verdict || std::find(good.begin(), good.end(), *verdict) != good.end());
  if (!named)
    comparison.advise("refused as " + std::string(name) + ", advised is " + std::string(name_of(expected.verdict)));
  return comparison;
}

Comparison compare(const OpenVector& v) {
  Station receiver(v.receiver.key, config_of(v.receiver), 1);
  ByteString packet = v.packet;
  return compare(v.expected, receiver.envelope().open("", packet, v.now));
}

void run(const SequenceVector& v, std::size_t index, Report& report) {
  Station receiver(v.receiver.key, config_of(v.receiver), v.own_sent.size() + v.steps.size());
  for (const ByteString& packet : v.own_sent) {
    const e2e::Iv iv = e2e::iv_of(packet);
    receiver.envelope().remember_own(iv, e2e::time_of(iv));
  }
  for (const auto& step : v.steps) {
    ByteString packet = step.packet;
    const auto opened = receiver.envelope().open("", packet, step.now);
    report.add("sequences", index, v.id + ", " + step.name, compare(step.expected, opened));
  }
}

template <class Vector> void run(std::string_view section, const std::vector<Vector>& vectors, Report& report) {
  for (std::size_t i = 0; i < vectors.size(); ++i) report.add(section, i, vectors[i].id, compare(vectors[i]));
}

}  // namespace

std::size_t count_cases(const E2eVectors& v) {
  std::size_t steps = 0;
  for (const SequenceVector& sequence : v.sequences) steps += sequence.steps.size();
  return v.topics.size() + v.sealed.size() + v.accept.size() + v.reject.size() + steps + v.genuine.size();
}

Report run_e2e(const E2eVectors& vectors) {
  Report report;
  run("topics", vectors.topics, report);
  run("sealed", vectors.sealed, report);
  run("accept", vectors.accept, report);
  run("reject", vectors.reject, report);
  for (std::size_t i = 0; i < vectors.sequences.size(); ++i) run(vectors.sequences[i], i, report);
  run("genuine", vectors.genuine, report);
  return report;
}

}  // namespace tacit::host::conformance
