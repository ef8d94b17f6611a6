#include "tacit/host/conformance/nomq_sections.hpp"

namespace tacit::host::conformance {

std::size_t count_cases(const NomqVectors& v) {
  std::size_t cases = v.packets_suffix.size() + v.packets_hmac.size() + v.packets_filler20_suffix.size() +
                      v.packets_readme_literal_hmac.size() + v.early_format_f1e2.size() + v.config_files.size() +
                      v.config_files_negative.size() + v.signatures.size();
  for (const ReceiveVector& receive : v.receive) cases += receive.compat.has_value() + receive.spec.has_value();
  return cases;
}

Report run_nomq(const NomqVectors& vectors) {
  Report report = run_packets(vectors);
  report.add(run_foreign(vectors));
  report.add(run_receive(vectors));
  report.add(run_settings(vectors));
  return report;
}

}  // namespace tacit::host::conformance
