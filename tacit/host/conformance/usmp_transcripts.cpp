#include "tacit/host/conformance/usmp_sections.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/cookie.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::host::conformance {
namespace {

using usmp::FrameType;
using usmp::Role;

// Both ends of a session, which follow the script whatever comes out of a step: their state never depends on `bytes`.
class Ends {
 public:
  Ends(const TranscriptVector& transcript, Meeting meeting)
      : inputs_(transcript.inputs), datagrams_(transcript.datagrams), meeting_(std::move(meeting)) {}

  Comparison follow(const StepVector& step) {
    Comparison comparison;
    if (!step.type) comparison.bytes("", acknowledgement(step), step.bytes);
    else if (usmp::is_sealed(*step.type)) sealed(step, comparison);
    else comparison.bytes("", handshake(step), step.bytes);
    return comparison;
  }

 private:
  // A sealed frame that has left. Who acknowledges it does so with the key that sealed it.
  struct Sent {
    Role sender{};
    std::uint32_t seq = 0;
    Secret<32> key;
  };

  ByteString handshake(const StepVector& step) const {
    std::optional<usmp::Cookie> cookie;
    if (step.type == FrameType::hello_retry || (step.type == FrameType::hello && datagrams_ && step.seq > 0))
      cookie = usmp::original_cookie(*inputs_.cookie_secret, inputs_.cookie_message);
    return handshake_frame(usmp::Wire::v2, inputs_, meeting_, *step.type, step.seq, cookie);
  }

  void sealed(const StepVector& step, Comparison& comparison) {
    const Secret<32>& key = meeting_.keys.of(step.sender);
    std::uint32_t& next_seq = next_seq_[static_cast<std::size_t>(step.sender)];
    comparison.number("seq", next_seq, step.seq);
    compare_sealed(key, inputs_.session, {usmp::Wire::v2, *step.type, step.seq}, text_of(step, key), step.bytes,
                   comparison);

    sent_.push_back({step.sender, next_seq++, key.duplicate()});
    if (step.type != FrameType::rekey) return;
    meeting_.keys = usmp::rekeyed(meeting_.keys, step.sender, inputs_.session, inputs_.rekey_salt);
    next_seq_ = {};
  }

  // What the frame holds. Only of DATA and DATA_FRAG the script does not say it; then it is whatever comes out.
  ByteString text_of(const StepVector& step, const Secret<32>& key) const {
    if (step.type == FrameType::rekey) return inputs_.rekey_salt;
    if (step.type != FrameType::data && step.type != FrameType::data_fragment) return {};
    ByteString received = step.bytes;
    const auto frame = usmp::decode_datagram(received, usmp::Wires::v2);
    if (!frame) return {};
    const auto opened = usmp::open(crypto::AesGcm(key.reveal()), inputs_.session, *frame);
    if (!opened) return {};
    return {opened->text().begin(), opened->text().end()};
  }

  ByteString acknowledgement(const StepVector& step) const {
    const usmp::Acknowledgement what{step.acknowledged, step.seq};
    ByteString datagram(usmp::acknowledgement_size_of(usmp::Wire::v2, what.type));
    if (datagram.size() == usmp::acknowledgement_size) usmp::encode_acknowledgement(what, datagram);
    else usmp::encode_acknowledgement(what, crypto::HmacSha256(key_of_acknowledged(step).reveal()), datagram);
    return datagram;
  }

  const Secret<32>& key_of_acknowledged(const StepVector& step) const {
    const Role sender = other(step.sender);
    for (auto sent = sent_.rbegin(); sent != sent_.rend(); ++sent)
      if (sent->sender == sender && sent->seq == step.seq) return sent->key;
    return meeting_.keys.of(sender);
  }

  const SessionInputs& inputs_;
  bool datagrams_;
  Meeting meeting_;
  std::array<std::uint32_t, 2> next_seq_{};  // of each sender
  std::vector<Sent> sent_;
};

void run(const TranscriptVector& transcript, std::size_t index, Report& report) {
  const auto name_of = [&](std::size_t step) {
    return transcript.name + ", step " + std::to_string(step) + ", " + transcript.steps[step].kind;
  };
  auto meeting = meet(usmp::Wire::v2, transcript.inputs);
  if (!meeting) {
    Comparison comparison;
    comparison.text("", explain(meeting.error()).name, "a session");
    for (std::size_t i = 0; i < transcript.steps.size(); ++i) report.add("transcripts", index, name_of(i), comparison);
    return;
  }
  Ends ends(transcript, std::move(*meeting));
  for (std::size_t i = 0; i < transcript.steps.size(); ++i)
    report.add("transcripts", index, name_of(i), ends.follow(transcript.steps[i]));
}

}  // namespace

Report run_transcripts(const UsmpVectors& vectors) {
  Report report;
  for (std::size_t i = 0; i < vectors.transcripts.size(); ++i) run(vectors.transcripts[i], i, report);
  return report;
}

}  // namespace tacit::host::conformance
