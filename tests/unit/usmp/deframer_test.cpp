// However a stream is cut, the same frames come out of it; what cannot be a frame is told at once.
#include "tacit/usmp/deframer.hpp"

#include <gtest/gtest.h>

#include "tests/unit/usmp/frames.hpp"

namespace tacit::usmp {
namespace {

using test::ByteVector;
using test::frame_of;

ByteVector stream_of(std::initializer_list<std::size_t> payload_sizes) {
  ByteVector stream;
  std::uint32_t seq = 0;
  for (const std::size_t size : payload_sizes) {
    const auto frame = frame_of(FrameType::data, test::some_bytes(size), seq++);
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  return stream;
}

// What comes out of `stream` when it arrives in parts of so many bytes: sizes of payloads, in order.
std::vector<std::size_t> sizes_from(ByteVector stream, std::size_t part_size) {
  Deframer deframer;
  std::vector<std::size_t> sizes;
  for (MutBytes rest = stream; !rest.empty();) {
    MutBytes part = rest.first(std::min(part_size, rest.size()));
    rest = rest.subspan(part.size());
    while (const auto frame = deframer.next(part, Wires::v2)) {
      if (!*frame) {
        ADD_FAILURE() << "refused";
        return sizes;
      }
      EXPECT_EQ((*frame)->header().seq, sizes.size());
      EXPECT_TRUE(std::ranges::equal((*frame)->payload(), test::some_bytes((*frame)->payload().size())));
      sizes.push_back((*frame)->payload().size());
    }
    EXPECT_TRUE(part.empty());
  }
  EXPECT_FALSE(deframer.in_the_middle());
  return sizes;
}

TEST(Deframer, gives_the_same_frames_however_the_stream_is_cut) {
  const auto stream = stream_of({0, 480, 1, 28, 480, 0});
  const std::vector<std::size_t> expected{0, 480, 1, 28, 480, 0};
  for (std::size_t part = 1; part <= stream.size(); ++part) ASSERT_EQ(sizes_from(stream, part), expected) << part;
}

TEST(Deframer, gives_a_whole_frame_where_it_lies) {
  auto stream = stream_of({100, 100});
  Deframer deframer;
  MutBytes in = MutBytes(stream).first(112 + 5);
  const auto whole = deframer.next(in, Wires::v2);
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->bytes().data(), stream.data());
  EXPECT_FALSE(deframer.next(in, Wires::v2));
  EXPECT_TRUE(deframer.in_the_middle());
  in = MutBytes(stream).subspan(112 + 5);
  const auto joined = deframer.next(in, Wires::v2);
  ASSERT_TRUE(joined && *joined);
  EXPECT_EQ((*joined)->payload().size(), 100u);
}

TEST(Deframer, tells_a_wrong_header_before_a_payload_is_there) {
  struct {
    std::size_t at;
    std::uint8_t byte;
    Reason reason;
  } const spoiled[] = {{0, 0, Reason::bad_magic}, {2, 3, Reason::bad_version}, {9, 2, Reason::too_large}};
  for (const auto& [at, byte, reason] : spoiled)
    for (const std::size_t cut : {1u, 11u, 12u}) {
      auto bytes = frame_of(FrameType::data, test::some_bytes(200));
      bytes[at] = byte;
      Deframer deframer;
      MutBytes first = MutBytes(bytes).first(cut), second = MutBytes(bytes).subspan(cut, 12 - cut);
      auto told = deframer.next(first, Wires::v2);
      if (!told) told = deframer.next(second, Wires::v2);
      ASSERT_TRUE(told && !*told) << at;
      EXPECT_EQ(told->error(), reason);
    }
}

TEST(Deframer, refuses_a_damaged_frame_and_one_of_no_type) {
  for (const std::size_t cut : {0u, 20u}) {
    auto damaged = frame_of(FrameType::data, test::some_bytes(30));
    damaged[25] ^= 4;
    auto unknown = frame_of(FrameType{0x77}, test::some_bytes(30));
    for (const auto& [bytes, reason] : {std::pair{&damaged, Reason::bad_crc}, {&unknown, Reason::bad_type}}) {
      Deframer deframer;
      MutBytes first = MutBytes(*bytes).first(cut), second = MutBytes(*bytes).subspan(cut);
      EXPECT_FALSE(deframer.next(first, Wires::v2));
      const auto frame = deframer.next(second, Wires::v2);
      ASSERT_TRUE(frame && !*frame);
      EXPECT_EQ(frame->error(), reason);
    }
  }
}

}  // namespace
}  // namespace tacit::usmp
