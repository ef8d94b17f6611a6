#include <gtest/gtest.h>

#include <new>
#include <type_traits>

#include "tacit/crypto/crypto.hpp"

// Key objects are made in storage of ours, which is looked at after they are gone.
namespace tacit::test {
namespace {

template <class Key> class Storage {
 public:
  template <class... Argument> explicit Storage(const Argument&... argument) : key_(new(bytes_) Key(argument...)) {}
  void destroy() { key_->~Key(); }

  // Through volatile, because the compiler knows that nobody may look where an object was.
  bool all_zero() const {
    const volatile std::uint8_t* bytes = bytes_;
    for (std::size_t i = 0; i < sizeof bytes_; ++i) {
      if (bytes[i] != 0) return false;
    }
    return true;
  }

 private:
  alignas(Key) std::uint8_t bytes_[sizeof(Key)]{};
  Key* key_;
};

TEST(Wiping, a_dead_hmac_key_leaves_zeros) {
  Storage<crypto::HmacSha256> storage(bytes_of("a key of some length"));
  EXPECT_FALSE(storage.all_zero());
  storage.destroy();
  EXPECT_TRUE(storage.all_zero());
}

TEST(Wiping, a_dead_cbc_key_leaves_zeros) {
  Storage<crypto::AesCbc> storage(Secret<32>(bytes_of("0123456789abcdef0123456789abcdef")));
  EXPECT_FALSE(storage.all_zero());
  storage.destroy();
  EXPECT_TRUE(storage.all_zero());
}

TEST(Wiping, a_dead_gcm_key_leaves_zeros) {
  Storage<crypto::AesGcm> storage(bytes_of("0123456789abcdef"));
  EXPECT_FALSE(storage.all_zero());
  storage.destroy();
  EXPECT_TRUE(storage.all_zero());
}

// A copy would be a second place to wipe, and an expanded key may point into itself.
TEST(Wiping, keys_are_neither_copied_nor_moved) {
  EXPECT_FALSE(std::is_copy_constructible_v<crypto::HmacSha256> || std::is_move_constructible_v<crypto::HmacSha256>);
  EXPECT_FALSE(std::is_copy_constructible_v<crypto::AesCbc> || std::is_move_constructible_v<crypto::AesCbc>);
  EXPECT_FALSE(std::is_copy_constructible_v<crypto::AesGcm> || std::is_move_constructible_v<crypto::AesGcm>);
  EXPECT_FALSE(std::is_copy_constructible_v<crypto::CbcHmac> || std::is_move_constructible_v<crypto::CbcHmac>);
  EXPECT_FALSE(std::is_copy_assignable_v<crypto::AesGcm> || std::is_move_assignable_v<crypto::AesGcm>);
}

}  // namespace
}  // namespace tacit::test
