// An acknowledgement names one frame; with a mac only the holder of the key can have made it.
#include "tacit/usmp/acknowledgement.hpp"

#include <gtest/gtest.h>

#include "tests/unit/usmp/frames.hpp"

namespace tacit::usmp {
namespace {

using test::ByteVector;

const crypto::HmacSha256& key() {
  static const crypto::HmacSha256 one(Secret<32>{test::some_bytes(32)}.reveal());
  return one;
}

ByteVector plain(const Acknowledgement& what) {
  ByteVector bytes(acknowledgement_size);
  encode_acknowledgement(what, bytes);
  return bytes;
}
ByteVector authentic(const Acknowledgement& what) {
  ByteVector bytes(acknowledgement_size + acknowledgement_mac_size);
  encode_acknowledgement(what, key(), bytes);
  return bytes;
}

TEST(Acknowledgement, has_seven_bytes_and_names_a_frame) {
  const ByteVector expected{0xAC, 0xAC, 0x03, 0x04, 0x03, 0x02, 0x01};
  EXPECT_EQ(plain({FrameType::hello_ack, 0x01020304}), expected);
  EXPECT_EQ(*decode_acknowledgement(expected), (Acknowledgement{FrameType::hello_ack, 0x01020304}));
}

TEST(Acknowledgement, carries_a_mac_for_sealed_frames_of_version_2) {
  for (const FrameType type : test::all_types) {
    EXPECT_EQ(acknowledgement_size_of(Wire::v2, type), is_sealed(type) ? 15u : 7u);
    EXPECT_EQ(acknowledgement_size_of(Wire::v1, type), 7u);
  }
  const auto bytes = authentic({FrameType::data, 9});
  EXPECT_EQ(*decode_acknowledgement(bytes), (Acknowledgement{FrameType::data, 9}));
  EXPECT_TRUE(is_authentic_acknowledgement(bytes, key()));
}

TEST(Acknowledgement, that_was_changed_cut_or_made_with_another_key_is_not_authentic) {
  const auto good = authentic({FrameType::data, 9});
  test::for_each_damage(good, [](ByteVector bad) { EXPECT_FALSE(is_authentic_acknowledgement(bad, key())); });
  EXPECT_FALSE(is_authentic_acknowledgement(good, crypto::HmacSha256(Secret<32>().reveal())));
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(is_authentic_acknowledgement(longer, key()));
}

TEST(Acknowledgement, has_seven_or_fifteen_bytes) {
  for (std::size_t size = 0; size <= 20; ++size) {
    auto bytes = authentic({FrameType::data, 9});
    bytes.resize(size);
    const auto what = decode_acknowledgement(bytes);
    EXPECT_EQ(what.has_value(), size == 7 || size == 15) << size;
    if (!what) { EXPECT_EQ(what.error(), size < 7 ? Reason::truncated : Reason::bad_length); }
  }
}

TEST(Acknowledgement, is_told_from_a_frame_by_its_first_bytes) {
  EXPECT_TRUE(is_acknowledgement(plain({FrameType::hello, 0})));
  EXPECT_FALSE(is_acknowledgement(test::frame_of(FrameType::hello, {})));
  EXPECT_FALSE(is_acknowledgement({}));
  EXPECT_FALSE(is_acknowledgement(ByteVector{0xAC}));
  EXPECT_EQ(decode_acknowledgement(test::frame_of(FrameType::hello, {})).error(), Reason::bad_magic);
}

}  // namespace
}  // namespace tacit::usmp
