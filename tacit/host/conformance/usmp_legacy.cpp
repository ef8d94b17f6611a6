#include "tacit/host/conformance/usmp_sections.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::host::conformance {
namespace {

Comparison compare_key(const LegacyVector& v, const Meeting& meeting) {
  Comparison comparison;
  comparison.bytes("from client to server", meeting.keys.client_to_server.reveal(), v.key);
  comparison.bytes("from server to client", meeting.keys.server_to_client.reveal(), v.key);
  return comparison;
}

Comparison compare_frame(const LegacyFrameVector& v, const SessionInputs& inputs, const Meeting& meeting) {
  Comparison comparison;
  if (!usmp::is_sealed(v.type)) {
    comparison.bytes("", handshake_frame(usmp::Wire::v1, inputs, meeting, v.type, 0, std::nullopt), v.frame);
  } else if (v.seq < 0 || v.seq > std::int64_t{UINT32_MAX}) {
    comparison.note("a seq that fits no field", "what a frame can say");
  } else {
    compare_sealed(meeting.keys.of(v.sender), inputs.session,
                   {usmp::Wire::v1, v.type, static_cast<std::uint32_t>(v.seq)}, v.text, v.frame, comparison);
  }
  return comparison;
}

}  // namespace

Report run_legacy(const UsmpVectors& vectors) {
  Report report;
  if (!vectors.legacy_v1) return report;
  const LegacyVector& legacy = *vectors.legacy_v1;
  const SessionInputs& inputs = vectors.transcripts.front().inputs;
  const auto meeting = meet(usmp::Wire::v1, inputs);
  const auto judge = [&](auto compare) {
    if (meeting) return compare(*meeting);
    Comparison comparison;
    comparison.text("", explain(meeting.error()).name, "a session");
    return comparison;
  };
  report.add("legacy_v1", 0, "session_key_both_directions", judge([&](auto& m) { return compare_key(legacy, m); }));
  for (std::size_t i = 0; i < legacy.frames.size(); ++i)
    report.add("legacy_v1", i, "frames: " + legacy.frames[i].kind,
               judge([&](auto& m) { return compare_frame(legacy.frames[i], inputs, m); }));
  return report;
}

}  // namespace tacit::host::conformance
