#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "tacit/crypto/hkdf.hpp"
#include "tests/unit/crypto/vectors.hpp"

// What only OpenSSL can get wrong: memory taken for each packet, keys left in freed memory, entries left in the error
// queue. Its allocator is replaced by one that counts, and that looks at what is given back.
namespace tacit::test {
namespace {

// Easy to recognise, and still there when the library cleans up after everything else.
constexpr std::string_view key_text = "0123456789 a key of 32 bytes    ";

Bytes key() { return bytes_of(key_text); }

std::size_t allocations = 0, keys_freed = 0;

bool holds_key(const void* memory) {
  const auto* begin = static_cast<const std::uint8_t*>(memory);
  const auto* end = begin + malloc_usable_size(const_cast<void*>(memory));
  return std::search(begin, end, key_text.begin(), key_text.begin() + 16) != end;
}

void* take(std::size_t size, const char*, int) {
  ++allocations;
  return std::calloc(1, size);  // or what an earlier block left would be found in this one
}

void give_back(void* memory, const char*, int) {
  if (memory != nullptr && holds_key(memory)) ++keys_freed;
  std::free(memory);
}

void* resize(void* memory, std::size_t size, const char*, int) {
  ++allocations;
  return std::realloc(memory, size);
}

// Before main(), because the library must not have taken anything yet.
const bool replaced = CRYPTO_set_mem_functions(take, resize, give_back) == 1;

TEST(Openssl, takes_no_memory_for_a_packet) {
  ASSERT_TRUE(replaced);
  Buffer iv(16), other_iv(20), text(160), mac(32);
  const MutBytes tag = MutBytes(mac).first(16);
  const auto start = allocations;
  crypto::CbcHmac cbc_hmac{Secret<32>(key()), Secret<32>(key())};
  const crypto::AesGcm gcm(key());
  const crypto::HmacSha256 hmac(key());
  EXPECT_GT(allocations, start);  // the counter counts

  const auto before = allocations;
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
      gcm.open({&gcm_open, 1});  // refused, now that the text is plain
      EXPECT_FALSE(gcm_open.authentic);
    }
    crypto::sha256({iv, text, hmac.mac({iv, text})});
  }
  EXPECT_EQ(allocations, before);
}

TEST(Openssl, frees_no_memory_that_holds_a_key) {
  ASSERT_TRUE(replaced);
  void* bait = OPENSSL_malloc(64);
  std::memcpy(bait, key_text.data(), key_text.size());
  const auto start = keys_freed;
  OPENSSL_free(bait);
  EXPECT_EQ(keys_freed, start + 1);  // it would be seen

  const auto before = keys_freed;
  {
    Buffer out(64);
    Secret<32> shared;
    const crypto::AesCbc cbc{Secret<32>(key())};
    const crypto::AesGcm gcm(key());
    const crypto::HmacSha256 hmac(key());
    crypto::hkdf_expand(Secret<32>(key()), {}, out);
    crypto::x25519_public(Secret<32>(key()), MutBytes(out).first(32));
    EXPECT_TRUE(crypto::x25519(Secret<32>(key()), Bytes(out).first(32), shared));
  }
  EXPECT_EQ(keys_freed, before);
}

// Whoever looks next, a TLS stream for example, would take our refusal for its own failure, or miss its own.
TEST(Openssl, a_refusal_leaves_the_error_queue_as_it_was) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 42);
  const auto theirs = ERR_peek_error();
  const crypto::AesGcm gcm(key());
  Buffer iv(12), text(5), tag(16);
  crypto::AesGcm::OpenJob job{.iv = iv, .aad = {}, .text = text, .tag = tag};
  gcm.open({&job, 1});
  EXPECT_FALSE(job.authentic);
  Secret<32> shared;
  EXPECT_FALSE(crypto::x25519(Secret<32>(key()), Buffer(32), shared));
  EXPECT_EQ(ERR_get_error(), theirs);
  EXPECT_EQ(ERR_get_error(), 0u);
}

}  // namespace
}  // namespace tacit::test
