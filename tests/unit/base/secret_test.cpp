// Secrets leave nothing behind: looked at through the storage they lived in.
#include "tacit/base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <sstream>
#include <type_traits>

namespace tacit {
namespace {

using Key = Secret<32>;
using Storage = std::array<std::uint8_t, sizeof(Key)>;

constexpr std::array<std::uint8_t, 32> sevens = [] {
  std::array<std::uint8_t, 32> bytes{};
  for (auto& byte : bytes) byte = 7;
  return bytes;
}();

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

TEST(Secret, is_wiped_when_it_dies) {
  alignas(Key) Storage storage;
  Key* key = new (storage.data()) Key(sevens);
  ASSERT_FALSE(all_zero(storage));
  key->~Key();
  EXPECT_TRUE(all_zero(storage));
}

TEST(Secret, is_wiped_where_it_was_moved_from) {
  Key from(sevens);
  const Key to = std::move(from);
  EXPECT_TRUE(all_zero(from.reveal()));
  EXPECT_TRUE(std::ranges::equal(to.reveal(), sevens));
}

TEST(Secret, survives_an_assignment_to_itself) {
  Key key(sevens);
  Key& same = key;
  key = std::move(same);
  EXPECT_TRUE(std::ranges::equal(key.reveal(), sevens));
}

TEST(Secret, is_copied_only_by_name) {
  static_assert(!std::is_copy_constructible_v<Key> && !std::is_copy_assignable_v<Key>);
  const Key key(sevens);
  EXPECT_TRUE(std::ranges::equal(key.duplicate().reveal(), sevens));
}

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, does_not_print) {
  static_assert(Printable<int> && !Printable<Key>);
  SUCCEED() << "the compiler has checked it";
}

TEST(SecretDeathTest, of_another_size_stops_the_program) { EXPECT_DEATH(Key(Bytes(sevens).first(31)), ""); }

TEST(Wipe, takes_an_empty_span) { wipe({}); }

}  // namespace
}  // namespace tacit
