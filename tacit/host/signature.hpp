#pragma once
#include <string_view>

#include "tacit/crypto/crypto.hpp"

// gen_signature() and authenticate() of the original (spec/nomq.md section 4). A signature never travels by
// itself: every packet has a mac of its own, and that is the authentication. These are for programs that
// exchange such signatures by other ways.
namespace tacit::host {

enum class SignatureForm : std::uint8_t {
  suffix,  // legacy: SHA-256 of the message followed by the key, whatever the original calls it
  hmac,    // v1: HMAC-SHA256
};

crypto::Digest gen_signature(SignatureForm, const Secret<32>& mac_key, std::string_view message = "auth");

// In constant time; false for a signature of any other length too.
[[nodiscard]] bool authenticate(SignatureForm, const Secret<32>& mac_key, Bytes signature,
                                std::string_view message = "auth");

}  // namespace tacit::host
