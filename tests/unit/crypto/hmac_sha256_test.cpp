#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

TEST(HmacSha256, gives_the_published_macs) {
  for (const Vector& vector : read_vectors("hmac-sha256.txt")) {
    SCOPED_TRACE(vector.text("source"));
    const Buffer expected = vector.bytes("mac");
    const auto mac = crypto::HmacSha256(vector.bytes("key")).mac({vector.bytes("message")});
    EXPECT_EQ(buffer_of(Bytes(mac).first(expected.size())), expected);
  }
}

TEST(HmacSha256, is_the_same_however_the_message_is_cut) {
  const crypto::HmacSha256 hmac(bytes_of("key"));
  const Bytes all = bytes_of("the quick brown fox jumps over the lazy dog and then over sixty-four bytes");
  const auto whole = hmac.mac({all});
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    EXPECT_EQ(hmac.mac({all.first(cut), Bytes(), all.subspan(cut)}), whole);
  }
}

// A kept key must not remember the messages before.
TEST(HmacSha256, gives_the_same_mac_each_time) {
  const crypto::HmacSha256 hmac(bytes_of("key"));
  const auto first = hmac.mac({bytes_of("message")});
  EXPECT_NE(hmac.mac({bytes_of("another")}), first);
  EXPECT_EQ(hmac.mac({bytes_of("message")}), first);
}

// RFC 2104: a key is padded to the block of 64 bytes with zeros, and hashed first when it is longer.
TEST(HmacSha256, takes_a_key_of_any_length) {
  const Buffer zeros(64);
  EXPECT_EQ(crypto::HmacSha256({}).mac({bytes_of("m")}), crypto::HmacSha256(zeros).mac({bytes_of("m")}));
  const Buffer longer(65, 'k');
  const auto hashed = crypto::sha256({longer});
  EXPECT_EQ(crypto::HmacSha256(longer).mac({bytes_of("m")}), crypto::HmacSha256(hashed).mac({bytes_of("m")}));
}

}  // namespace
}  // namespace tacit::test
