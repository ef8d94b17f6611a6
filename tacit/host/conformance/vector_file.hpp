#pragma once
#include <variant>

#include "tacit/host/conformance/e2e_vectors.hpp"
#include "tacit/host/conformance/nomq_vectors.hpp"
#include "tacit/host/conformance/report.hpp"
#include "tacit/host/conformance/usmp_vectors.hpp"

// Vector files, as spec/vectors.md defines them: how one implementation is checked with what another sent and
// received.
namespace tacit::host::conformance {

struct VectorFile {
  std::variant<NomqVectors, UsmpVectors, E2eVectors> vectors;
  std::size_t cases = 0;
};

// The file looked at whole, before any of it is run; `name` is said in problems: bad_syntax, unknown_kind,
// unknown_name, missing_member, wrong_type, out_of_range, bad_encoding, wrong_length, empty_file.
Attempt<VectorFile> read_vectors(std::string_view text, const std::string& name);
Attempt<VectorFile> read_vector_file(const std::string& path);  // and cannot_read

// Each case by itself, in the order of the file's sections.
Report run(const VectorFile&);

}  // namespace tacit::host::conformance
