#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/support/allocations.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

// Every operator new of the program is counted. What OpenSSL takes from malloc itself is in backend/openssl_test.cpp;
// BearSSL has no heap at all.
TEST(Allocation, no_packet_takes_memory) {
  Buffer iv(16), other_iv(20), text(160), mac(32);
  crypto::CbcHmac cbc_hmac{Secret<32>(), Secret<32>()};
  const crypto::AesGcm gcm(iv);
  const crypto::HmacSha256 hmac(text);
  const MutBytes tag = MutBytes(mac).first(16);

  const auto before = allocations();
  for (int packet = 0; packet < 100; ++packet) {
    crypto::SealJob seal{.authenticated = text, .iv = iv, .text = text, .mac = mac};
    crypto::OpenJob open{.authenticated = text, .iv = iv, .text = text, .mac = mac};
    cbc_hmac.seal({&seal, 1});
    cbc_hmac.open({&open, 1});
    for (Bytes nonce : {Bytes(iv).first(12), Bytes(other_iv)}) {
      crypto::AesGcm::SealJob gcm_seal{.iv = nonce, .aad = iv, .text = text, .tag = tag};
      crypto::AesGcm::OpenJob gcm_open{.iv = nonce, .aad = iv, .text = text, .tag = tag};
      gcm.seal({&gcm_seal, 1});
      gcm.open({&gcm_open, 1});
    }
    crypto::sha256({iv, text, hmac.mac({iv, text})});
  }
  EXPECT_EQ(allocations(), before);
  const Buffer counted(1);
  EXPECT_GT(allocations(), before);
}

}  // namespace
}  // namespace tacit::test
