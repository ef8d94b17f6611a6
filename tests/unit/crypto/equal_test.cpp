#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

TEST(Equal, sees_every_single_bit) {
  const Buffer one(33, 0xa5);
  EXPECT_TRUE(crypto::equal(one, Buffer(one)));
  for (std::size_t bit = 0; bit < 8 * one.size(); ++bit) {
    Buffer other = one;
    other[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(crypto::equal(one, other));
  }
}

TEST(Equal, buffers_of_different_size_are_different) {
  EXPECT_FALSE(crypto::equal(Buffer(4), Buffer(5)));
  EXPECT_FALSE(crypto::equal({}, Buffer(1)));
  EXPECT_TRUE(crypto::equal({}, {}));
}

}  // namespace
}  // namespace tacit::test
