#pragma once
#include "tacit/host/conformance/e2e_vectors.hpp"
#include "tacit/host/conformance/report.hpp"

// The sections of an mqtt-e2e file, each run against what it is about.
namespace tacit::host::conformance {

std::size_t count_cases(const E2eVectors&);
Report run_e2e(const E2eVectors&);

}  // namespace tacit::host::conformance
