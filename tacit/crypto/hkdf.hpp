#pragma once
#include "tacit/crypto/crypto.hpp"

// RFC 5869 with SHA-256: many keys out of one secret. Built on HmacSha256, so it is the same with every
// backend.
namespace tacit::crypto {

// Section 2.2: what is random in `input` (a shared secret, say), made into one uniform key. `salt` may be
// empty.
Secret<32> hkdf_extract(Bytes salt, Bytes input);

// Section 2.3: fills `out`, at most 255 times 32 bytes. Another `info` gives an independent key; it says
// what the key is for.
void hkdf_expand(const Secret<32>& key, Bytes info, MutBytes out);

}  // namespace tacit::crypto
