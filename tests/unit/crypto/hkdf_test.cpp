#include "tacit/crypto/hkdf.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

TEST(Hkdf, gives_the_published_keys) {
  for (const Vector& vector : read_vectors("hkdf-sha256.txt")) {
    SCOPED_TRACE(vector.text("source"));
    const auto extracted = crypto::hkdf_extract(vector.bytes("salt"), vector.bytes("input"));
    EXPECT_EQ(buffer_of(extracted.reveal()), vector.bytes("extracted"));
    const Buffer expected = vector.bytes("output");
    Buffer output(expected.size());
    crypto::hkdf_expand(extracted, vector.bytes("info"), output);
    EXPECT_EQ(output, expected);
  }
}

// Section 2.3: what is asked for is the beginning of one stream, whatever the size.
TEST(Hkdf, a_shorter_output_is_the_beginning_of_a_longer_one) {
  const Secret<32> key;
  Buffer longest(255 * 32);
  crypto::hkdf_expand(key, bytes_of("info"), longest);
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 31, 32, 33, 64, 100, 255 * 32 - 1}) {
    Buffer output(size);
    crypto::hkdf_expand(key, bytes_of("info"), output);
    EXPECT_EQ(output, buffer_of(Bytes(longest).first(size)));
  }
}

TEST(HkdfDeathTest, an_output_beyond_255_blocks_is_our_bug) {
  Buffer output(255 * 32 + 1);
  EXPECT_DEATH(crypto::hkdf_expand(Secret<32>(), {}, output), "");
}

}  // namespace
}  // namespace tacit::test
