#pragma once
#include "tacit/host/conformance/report.hpp"
#include "tacit/host/conformance/usmp_vectors.hpp"
#include "tacit/usmp/keys.hpp"

// The sections of a USMP file, each run against what it is about.
namespace tacit::host::conformance {

std::size_t count_cases(const UsmpVectors&);
Report run_usmp(const UsmpVectors&);

// Single functions: key_schedule, handshake_hmac, rekey, session_frame, utack, cookie, negative.
Report run_codec(const UsmpVectors&);
// What both ends put on the wire: transcripts.
Report run_transcripts(const UsmpVectors&);
// Version 1: legacy_v1.
Report run_legacy(const UsmpVectors&);

// What follows from the inputs of a session: the same for both ends.
struct Meeting {
  usmp::Exchange exchange;
  usmp::Hello hello;
  usmp::Keys keys;
};
// Gives weak_key where the two private keys have no secret in common.
Result<Meeting> meet(usmp::Wire, const SessionInputs&);

// The frame of one message of a handshake, as who sends it builds it; `cookie` is for HELLO and HELLO_RETRY.
ByteString handshake_frame(usmp::Wire, const SessionInputs&, const Meeting&, usmp::FrameType, std::uint32_t seq,
                           const std::optional<usmp::Cookie>& cookie);

// A sealed frame; its text has at most 452 bytes.
ByteString sealed_frame(const Secret<32>& key, const usmp::SessionId&, const usmp::Header&, Bytes text);

// Sealing gives `frame`, and opening it the header's type and seq and the text.
void compare_sealed(const Secret<32>& key, const usmp::SessionId&, const usmp::Header&, Bytes text, Bytes frame,
                    Comparison&);

}  // namespace tacit::host::conformance
