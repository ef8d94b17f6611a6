#include "tacit/crypto/backend/multi_buffer.hpp"

namespace tacit::crypto::multi_buffer {

bool available() { return false; }
const char* description() { return ""; }

CbcKey* make_cbc_key(const Secret<32>&) { return nullptr; }
GcmKey* make_gcm_key(Bytes, MutBytes) { return nullptr; }
void release(CbcKey*) {}

void seal(GcmKey&, std::span<AesGcm::SealJob>) {}
void open(GcmKey&, std::span<AesGcm::OpenJob>) {}

std::size_t encrypt(const CbcKey&, std::span<SealJob>) { return 0; }
std::size_t decrypt(const CbcKey&, std::span<OpenJob>) { return 0; }
std::size_t sign(const HmacBlocks&, std::span<SealJob>) { return 0; }
std::size_t check(const HmacBlocks&, std::span<OpenJob>) { return 0; }
std::size_t sign_sha256(std::span<SealJob>, Bytes) { return 0; }
std::size_t check_sha256(std::span<OpenJob>, Bytes) { return 0; }

}  // namespace tacit::crypto::multi_buffer
