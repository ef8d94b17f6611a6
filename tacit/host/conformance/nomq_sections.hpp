#pragma once
#include "tacit/host/conformance/nomq_vectors.hpp"
#include "tacit/host/conformance/report.hpp"

// The sections of a NoMQ file, each run against what it is about.
namespace tacit::host::conformance {

std::size_t count_cases(const NomqVectors&);
Report run_nomq(const NomqVectors&);

// The packet codec: packets_suffix, packets_hmac, packets_filler20_suffix.
Report run_packets(const NomqVectors&);
// Nodes: packets_readme_literal_hmac, early_format_f1e2, receive.
Report run_foreign(const NomqVectors&);
Report run_receive(const NomqVectors&);
// Beside the wire: config_files, config_files_negative, signatures.
Report run_settings(const NomqVectors&);

}  // namespace tacit::host::conformance
