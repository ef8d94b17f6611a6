// What was sealed opens as it was, under the same key, session and header, and nothing else does.
#include "tacit/usmp/sealed.hpp"

#include <gtest/gtest.h>

#include "tests/unit/usmp/frames.hpp"

namespace tacit::usmp {
namespace {

using test::ByteVector;

class Sealed : public testing::Test {
 protected:
  ByteVector sealed(FrameType type, std::uint32_t seq, Bytes text, Wire wire = Wire::v2) const {
    ByteVector frame(sealed_size(text.size()));
    seal(key_, session_, {wire, type, seq}, text, frame);
    return frame;
  }
  Result<Opened> opened(MutBytes bytes) const { return opened(bytes, key_, session_); }
  static Result<Opened> opened(MutBytes bytes, const crypto::AesGcm& key, const SessionId& session) {
    const auto frame = decode_datagram(bytes, Wires::both);
    if (!frame) return frame.error();
    return open(key, session, *frame);
  }

  crypto::AesGcm key_{Secret<32>{test::some_bytes(32)}.reveal()};
  SessionId session_{1, 2, 3, 4, 5, 6, 7, 8, 9};
};

TEST_F(Sealed, frame_of_each_type_opens_as_it_was_sealed) {
  for (const FrameType type : test::all_types)
    for (const std::size_t size : {0u, 1u, 16u, 451u, 452u})
      for (const Wire wire : {Wire::v1, Wire::v2}) {
        auto frame = sealed(type, 0xFFFFFFFE, test::some_bytes(size), wire);
        const auto back = opened(frame);
        ASSERT_TRUE(back);
        EXPECT_EQ(back->type(), type);
        EXPECT_EQ(back->seq(), 0xFFFFFFFEu);
        EXPECT_TRUE(std::ranges::equal(back->text(), test::some_bytes(size)));
      }
}

TEST_F(Sealed, frame_holds_nothing_in_the_clear_and_the_same_again_is_the_same) {
  const std::string text = "nobody reads this";
  const auto frame = sealed(FrameType::data, 3, bytes_of(text));
  EXPECT_EQ(text_of(frame).find("nobody"), std::string_view::npos);
  EXPECT_EQ(frame, sealed(FrameType::data, 3, bytes_of(text)));
  EXPECT_NE(frame, sealed(FrameType::data, 4, bytes_of(text)));
}

TEST_F(Sealed, text_may_lie_where_it_is_sealed) {
  const auto text = test::some_bytes(40);
  ByteVector frame(sealed_size(text.size()));
  const MutBytes inside = MutBytes(frame).subspan(24, text.size());
  copy(text, inside);
  seal(key_, session_, {Wire::v2, FrameType::data, 3}, inside, frame);
  EXPECT_EQ(frame, sealed(FrameType::data, 3, text));
}

TEST_F(Sealed, frame_is_refused_when_cut_or_with_one_wrong_bit) {
  test::for_each_damage(sealed(FrameType::data, 5, test::some_bytes(20)),
                        [&](ByteVector bad) { ASSERT_FALSE(opened(bad)); });
}

TEST_F(Sealed, frame_is_refused_when_changed_even_with_a_right_checksum) {
  const auto good = sealed(FrameType::data, 5, test::some_bytes(20));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    if (bit / 8 >= 8 && bit / 8 < header_size) continue;  // length and checksum, which are made anew
    auto bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
    if (bit / 8 >= 2) {
      Header header{static_cast<Wire>(bad[2]), static_cast<FrameType>(bad[3])};
      std::memcpy(&header.seq, &bad[4], 4);
      encode_frame(header, bad);
    }
    ASSERT_FALSE(opened(bad)) << bit;
  }
}

TEST_F(Sealed, frame_opens_under_its_own_key_and_session_alone) {
  const auto good = sealed(FrameType::data, 5, test::some_bytes(20));
  auto frame = good;
  const crypto::AesGcm other_key(Secret<32>{test::some_bytes(32, 1)}.reveal());
  EXPECT_EQ(opened(frame, other_key, session_).error(), Reason::bad_mac);
  SessionId other_session = session_;
  other_session[7] ^= 1;
  frame = good;
  EXPECT_EQ(opened(frame, key_, other_session).error(), Reason::bad_mac);
  // The second half of the id has no part in a frame: the wire is so.
  other_session = session_;
  other_session[8] ^= 1;
  frame = good;
  EXPECT_TRUE(opened(frame, key_, other_session));
}

TEST_F(Sealed, payload_without_room_for_nonce_and_tag_is_truncated) {
  for (std::size_t size = 0; size <= 28; ++size) {
    auto frame = test::frame_of(FrameType::data, test::some_bytes(size));
    EXPECT_EQ(opened(frame).error(), size < 28 ? Reason::truncated : Reason::bad_mac);
  }
}

}  // namespace
}  // namespace tacit::usmp
