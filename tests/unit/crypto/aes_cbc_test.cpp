#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

TEST(AesCbc, gives_the_published_texts_in_both_directions) {
  for (const Vector& vector : read_vectors("aes-256-cbc.txt")) {
    SCOPED_TRACE(vector.text("source"));
    const crypto::AesCbc cbc{Secret<32>(vector.bytes("key"))};
    Buffer text = vector.bytes("plaintext");
    cbc.encrypt(vector.bytes("iv"), text);
    EXPECT_EQ(text, vector.bytes("ciphertext"));
    cbc.decrypt(vector.bytes("iv"), text);
    EXPECT_EQ(text, vector.bytes("plaintext"));
  }
}

// A packet's IV is also part of what is authenticated, so it must not change under the cipher's hands.
TEST(AesCbc, leaves_the_iv_as_it_was) {
  const crypto::AesCbc cbc{Secret<32>()};
  const Buffer iv(16, 7);
  Buffer given = iv, text(48);
  cbc.encrypt(given, text);
  EXPECT_EQ(given, iv);
  cbc.decrypt(given, text);
  EXPECT_EQ(given, iv);
}

// A kept key must not chain one packet to the next.
TEST(AesCbc, starts_anew_with_each_packet) {
  const crypto::AesCbc cbc{Secret<32>()};
  const Buffer iv(16, 7);
  Buffer first(32), second(32);
  cbc.encrypt(iv, first);
  cbc.encrypt(iv, second);
  EXPECT_EQ(first, second);
}

TEST(AesCbc, of_nothing_is_nothing) {
  const crypto::AesCbc cbc{Secret<32>()};
  const Buffer iv(16);
  cbc.encrypt(iv, {});
  cbc.decrypt(iv, {});
}

TEST(AesCbcDeathTest, a_broken_block_or_iv_is_our_bug) {
  const crypto::AesCbc cbc{Secret<32>()};
  Buffer iv(16), text(17);
  EXPECT_DEATH(cbc.encrypt(iv, text), "");
  EXPECT_DEATH(cbc.decrypt(iv, text), "");
  EXPECT_DEATH(cbc.encrypt(Bytes(iv).first(15), MutBytes(text).first(16)), "");
}

}  // namespace
}  // namespace tacit::test
