// A frame is decoded as it was encoded; damage, and what is no frame, is refused by name and in a fixed order.
#include "tacit/usmp/frame.hpp"

#include <gtest/gtest.h>

#include "tests/unit/usmp/frames.hpp"

namespace tacit::usmp {
namespace {

using test::ByteVector;
using test::frame_of;

TEST(Frame, of_each_type_and_version_is_decoded_as_it_was_encoded) {
  for (const Wire wire : {Wire::v1, Wire::v2})
    for (const FrameType type : test::all_types)
      for (const std::size_t size : {0u, 1u, 48u, 480u}) {
        auto bytes = frame_of(type, test::some_bytes(size), 0x01020304, wire);
        const auto frame = decode_datagram(bytes, Wires::both);
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->header().wire, wire);
        EXPECT_EQ(frame->header().type, type);
        EXPECT_EQ(frame->header().seq, 0x01020304u);
        EXPECT_EQ(frame->header().payload_size, size);
        EXPECT_EQ(frame->payload().data(), bytes.data() + header_size);
        EXPECT_TRUE(std::ranges::equal(frame->payload(), test::some_bytes(size)));
      }
}

TEST(Frame, looks_as_the_specification_says) {
  const ByteVector ping{0xCD, 0xAB, 0x02, 0x06, 0x04, 0x03, 0x02, 0x01, 0x01, 0x00};
  const auto frame = frame_of(FrameType::ping, bytes_of("x"), 0x01020304);
  EXPECT_TRUE(std::equal(ping.begin(), ping.end(), frame.begin()));
}

TEST(Frame, that_was_cut_or_has_one_wrong_bit_is_refused) {
  test::for_each_damage(frame_of(FrameType::data, test::some_bytes(30), 7), [](ByteVector bad) {
    const auto frame = decode_datagram(bad, Wires::both);
    ASSERT_FALSE(frame);
    if (bad.size() < 42) { EXPECT_EQ(frame.error(), Reason::truncated); }
  });
}

TEST(Frame, is_refused_for_the_first_thing_that_is_wrong_with_it) {
  auto frame = frame_of(FrameType{0x0C}, test::some_bytes(20));
  const auto refused = [&](MutBytes bytes) { return decode_datagram(bytes, Wires::v2).error(); };
  EXPECT_EQ(refused(frame), Reason::bad_type);
  frame.back() ^= 1;
  EXPECT_EQ(refused(frame), Reason::bad_crc);
  EXPECT_EQ(refused(MutBytes(frame).first(31)), Reason::truncated);
  frame[8] = 0xE1, frame[9] = 0x01;  // 481
  EXPECT_EQ(refused(frame), Reason::too_large);
  frame[2] = 1;
  EXPECT_EQ(refused(frame), Reason::bad_version);
  frame[0] = 0;
  EXPECT_EQ(refused(frame), Reason::bad_magic);
  EXPECT_EQ(refused(MutBytes(frame).first(11)), Reason::truncated);
}

TEST(Frame, is_of_a_version_that_is_accepted) {
  for (const unsigned version : {0u, 1u, 2u, 3u, 255u}) {
    const auto good = frame_of(FrameType::ping, {}, 0, static_cast<Wire>(version));
    for (const Wires accepted : {Wires::none, Wires::v1, Wires::v2, Wires::both}) {
      auto bytes = good;
      const auto frame = decode_datagram(bytes, accepted);
      const bool welcome = (version == 1 && (accepted == Wires::v1 || accepted == Wires::both)) ||
                           (version == 2 && (accepted == Wires::v2 || accepted == Wires::both));
      EXPECT_EQ(frame.has_value(), welcome) << version;
      if (!frame) { EXPECT_EQ(frame.error(), Reason::bad_version); }
    }
  }
}

TEST(Frame, fills_its_datagram_and_may_be_followed_in_a_stream) {
  auto bytes = frame_of(FrameType::ping, test::some_bytes(28));
  bytes.push_back(0);
  EXPECT_EQ(decode_datagram(bytes, Wires::v2).error(), Reason::bad_length);
  const auto frame = take_frame(bytes, Wires::v2);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->bytes().size(), 40u);
}

TEST(FrameType, is_sealed_after_the_handshake) {
  for (const FrameType type :
       {FrameType::data, FrameType::ping, FrameType::pong, FrameType::bye, FrameType::data_fragment, FrameType::rekey})
    EXPECT_TRUE(is_sealed(type));
  for (const FrameType type : {FrameType::hello, FrameType::challenge, FrameType::hello_ack, FrameType::session_ok,
                               FrameType::hello_retry, FrameType::error, FrameType{0}, FrameType{0x0C}})
    EXPECT_FALSE(is_sealed(type));
}

}  // namespace
}  // namespace tacit::usmp
