// One packet with every kind of field: its bytes are the ones drawn here, and anything shorter or with
// another constant is refused by name.
#include "tacit/wire/layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tacit {
namespace {

enum class Id : std::uint32_t {};

//  0      2      3              7          9             12
//  | magic | kind | id (big)     | port (le) | nonce        |
struct Sample {
  std::uint8_t kind = 0;
  Id id{};
  std::uint16_t port = 0;
  std::array<std::uint8_t, 3> nonce{};
  static constexpr auto layout =
      wire::layout(wire::be_constant<std::uint16_t{0x4E4D}, Reason::bad_magic>, wire::be<&Sample::kind>,
                   wire::be<&Sample::id>, wire::le<&Sample::port>, wire::raw<&Sample::nonce>);
};
static_assert(wire::size_of<Sample> == 12);

constexpr Sample sample{.kind = 9, .id = Id{0x01020304}, .port = 0x0506, .nonce = {0xA, 0xB, 0xC}};
constexpr std::array<std::uint8_t, 12> drawn = {0x4E, 0x4D, 9, 1, 2, 3, 4, 6, 5, 0xA, 0xB, 0xC};

TEST(Layout, encodes_the_bytes_that_are_drawn) {
  std::array<std::uint8_t, 12> out{};
  wire::encode(sample, out);
  EXPECT_EQ(out, drawn);
}

TEST(Layout, decodes_what_it_encoded) {
  const Result<Sample> read = wire::decode<Sample>(drawn);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, sample.kind);
  EXPECT_EQ(read->id, sample.id);
  EXPECT_EQ(read->port, sample.port);
  EXPECT_EQ(read->nonce, sample.nonce);
}

TEST(Layout, refuses_every_prefix_as_truncated) {
  for (std::size_t size = 0; size < drawn.size(); ++size) {
    const auto read = wire::decode<Sample>(Bytes(drawn).first(size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error(), Reason::truncated) << size;
  }
}

TEST(Layout, refuses_every_bit_flip_in_a_constant_with_its_reason) {
  for (std::size_t bit = 0; bit < 16; ++bit) {
    auto bytes = drawn;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << bit % 8));
    const auto read = wire::decode<Sample>(bytes);
    ASSERT_FALSE(read) << bit;
    EXPECT_EQ(read.error(), Reason::bad_magic) << bit;
  }
}

TEST(Layout, leaves_the_bytes_behind_it_to_the_caller) {
  std::array<std::uint8_t, 14> longer{};
  std::ranges::copy(drawn, longer.begin());
  longer[12] = 0xEE;
  EXPECT_TRUE(wire::decode<Sample>(longer));
  wire::encode(Sample{}, longer);
  EXPECT_EQ(longer[12], 0xEE);
}

}  // namespace
}  // namespace tacit
