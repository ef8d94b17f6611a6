#include "tacit/host/conformance/nomq_sections.hpp"
#include "tacit/host/conformance/nomq_station.hpp"
#include "tacit/host/reasons.hpp"

// Packets of other forms: a node drops them, says why, and says nothing else.
namespace tacit::host::conformance {
namespace {

using nomq::Profile;

Comparison compare(const ForeignVector& v, Profile profile, const NomqKeys& keys, std::span<const Reason, 2> reasons) {
  std::vector<std::string> subscribed;
  if (v.subscribed) subscribed.push_back(*v.subscribed);
  Station station(profile, keys, v.now_s, subscribed);
  const auto dropped = station.receive(v.packet);

  Comparison comparison;
  const std::string either = std::string(explain(reasons[0]).name) + " or " + std::string(explain(reasons[1]).name);
  if (dropped != reasons[0] && dropped != reasons[1])
    comparison.note(dropped ? "dropped as " + std::string(explain(*dropped).name) : "not dropped",
                    "dropped as " + either);
  if (station.delivered() > 0) comparison.note("delivered", "not delivered");
  for (const Station::Sent& sent : station.sent())
    if (sent.to_peer) comparison.note("answered", "not answered");
  return comparison;
}

}  // namespace

Report run_foreign(const NomqVectors& vectors) {
  constexpr std::array literal{Reason::bad_length, Reason::iv_mismatch};
  constexpr std::array early{Reason::bad_magic, Reason::bad_length};
  Report report;
  for (std::size_t i = 0; i < vectors.packets_readme_literal_hmac.size(); ++i) {
    const ForeignVector& v = vectors.packets_readme_literal_hmac[i];
    report.add("packets_readme_literal_hmac", i, v.name, compare(v, Profile::v1, vectors.keys, literal));
  }
  for (std::size_t i = 0; i < vectors.early_format_f1e2.size(); ++i) {
    const ForeignVector& v = vectors.early_format_f1e2[i];
    const Comparison v1 = compare(v, Profile::v1, vectors.keys, early);
    report.add("early_format_f1e2", i, v.name, v1.agrees() ? compare(v, Profile::legacy, vectors.keys, early) : v1);
  }
  return report;
}

}  // namespace tacit::host::conformance
