#pragma once
#include "tacit/crypto/crypto.hpp"

// Where openssl.cpp hands batches on to. Linked beside it is ipsec_mb.cpp or, for machines without that library,
// no_multi_buffer.cpp, which never takes a key and so never gets a job.
//
// A key that is taken is computed with here for all its life; engine.hpp decides about those that come. What is here
// belongs to one thread at a time, as keys do.
namespace tacit::crypto::multi_buffer {

bool available();           // in this program and on this CPU
const char* description();  // "ipsec-mb 1.3.0 with AVX512, SHA-NI"; empty where it is not available

// A key's schedules, released by whoever made them; release() wipes them.
struct CbcKey;
struct GcmKey;
CbcKey* make_cbc_key(const Secret<32>&);
GcmKey* make_gcm_key(Bytes key);  // 16 or 32 bytes
void release(CbcKey*);
void release(GcmKey*);

void seal(GcmKey&, std::span<AesGcm::SealJob>);
void open(GcmKey&, std::span<AesGcm::OpenJob>);

// SHA-256 after the inner and after the outer block of an HMAC's key.
struct HmacBlocks {
  const std::array<std::uint32_t, 8>&inner, &outer;
};

// All of these do the jobs at the front of a batch and say how many. The rest is left to OpenSSL and was not touched:
// few jobs, which cost more here than there, and packets larger than a datagram.
std::size_t encrypt(const CbcKey&, std::span<SealJob>);
std::size_t decrypt(const CbcKey&, std::span<OpenJob>);
std::size_t sign(const HmacBlocks&, std::span<SealJob>);
std::size_t check(const HmacBlocks&, std::span<OpenJob>);
std::size_t sign_sha256(std::span<SealJob>, Bytes suffix);
std::size_t check_sha256(std::span<OpenJob>, Bytes suffix);

}  // namespace tacit::crypto::multi_buffer
