#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

// The scalars of the RFC are not clamped and one of its points has its high bit set: both are the function's to handle.
TEST(X25519, gives_the_published_secrets_and_public_keys) {
  for (const Vector& vector : read_vectors("x25519.txt")) {
    if (vector.has("refused")) continue;
    SCOPED_TRACE(vector.text("source"));
    Buffer scalar = vector.bytes("scalar"), point = vector.bytes("point");
    for (std::size_t n = vector.has("iterations") ? vector.number("iterations") : 1; n > 0; --n) {
      Secret<32> shared;
      ASSERT_TRUE(crypto::x25519(Secret<32>(scalar), point, shared));
      point = std::exchange(scalar, buffer_of(shared.reveal()));
    }
    EXPECT_EQ(scalar, vector.bytes("shared"));  // where the last result went
    if (!vector.has("public")) continue;
    Buffer mine(32);
    crypto::x25519_public(Secret<32>(vector.bytes("scalar")), mine);
    EXPECT_EQ(mine, vector.bytes("public"));
  }
}

TEST(X25519, refuses_points_of_small_order_and_leaves_the_secret_alone) {
  std::size_t refused = 0;
  for (const Vector& vector : read_vectors("x25519.txt")) {
    if (!vector.has("refused")) continue;
    SCOPED_TRACE(vector.text("source"));
    const Buffer before(32, 5);
    Secret<32> shared{Bytes(before)};
    EXPECT_FALSE(crypto::x25519(Secret<32>(vector.bytes("scalar")), vector.bytes("point"), shared));
    EXPECT_EQ(buffer_of(shared.reveal()), before);
    ++refused;
  }
  EXPECT_EQ(refused, 14u);
}

TEST(X25519, works_again_after_a_refusal) {
  const Buffer scalar(32, 0x42), zero(32);
  Secret<32> shared;
  Buffer mine(32);
  EXPECT_FALSE(crypto::x25519(Secret<32>(scalar), zero, shared));
  crypto::x25519_public(Secret<32>(scalar), mine);
  EXPECT_TRUE(crypto::x25519(Secret<32>(scalar), mine, shared));
}

}  // namespace
}  // namespace tacit::test
