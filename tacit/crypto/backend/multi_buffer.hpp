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

// A key's schedules; null where the engine is another one. That of CBC is on the heap, and release() wipes it.
struct CbcKey;
CbcKey* make_cbc_key(const Secret<32>&);
void release(CbcKey*);

// That of GCM lies in `room`, of gcm_key_size bytes and so aligned, and ends when that is wiped: sessions come
// and go, and their keys with them, without the heap. A key has 16 or 32 bytes.
#ifdef __x86_64__
inline constexpr std::size_t gcm_key_size = 1152, gcm_key_alignment = 64;
#else
inline constexpr std::size_t gcm_key_size = 0, gcm_key_alignment = 8;  // there is no such library
#endif
struct GcmKey;
GcmKey* make_gcm_key(Bytes key, MutBytes room);

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
