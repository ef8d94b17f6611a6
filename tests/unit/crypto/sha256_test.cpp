#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

// The published digests, of the message whole.
TEST(Sha256, gives_the_published_digests) {
  for (const Vector& vector : read_vectors("sha256.txt")) {
    SCOPED_TRACE(vector.text("source"));
    const Buffer once = vector.bytes("message");
    Buffer message = once;
    for (std::size_t n = vector.has("repeat") ? vector.number("repeat") : 1; n > 1; --n) {
      message.insert(message.end(), once.begin(), once.end());
    }
    EXPECT_EQ(buffer_of(crypto::sha256({message})), vector.bytes("digest"));
  }
}

// One message cut in three in every way: where the parts end must not matter, empty ones included.
TEST(Sha256, is_the_same_however_the_message_is_cut) {
  Buffer message(150);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
  const Bytes all = message;
  const auto whole = crypto::sha256({all});
  for (std::size_t first = 0; first <= all.size(); ++first) {
    for (std::size_t second = first; second <= all.size(); ++second) {
      ASSERT_EQ(crypto::sha256({all.first(first), all.subspan(first, second - first), all.subspan(second)}), whole);
    }
  }
}

TEST(Sha256, of_no_parts_is_that_of_the_empty_message) {
  EXPECT_EQ(crypto::sha256({}), crypto::sha256({Bytes()}));
  EXPECT_EQ(buffer_of(crypto::sha256({})),
            from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

}  // namespace
}  // namespace tacit::test
