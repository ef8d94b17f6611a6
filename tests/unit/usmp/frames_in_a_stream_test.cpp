// However a stream is cut, the same frames come out of it; what cannot be a frame is told at once.
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

// What comes out of `stream` when it arrives in parts of so many bytes, and what is no whole frame waits for its rest:
// sizes of payloads, in order.
std::vector<std::size_t> sizes_from(const ByteVector& stream, std::size_t part_size) {
  ByteVector received;
  std::vector<std::size_t> sizes;
  for (Bytes rest = stream; !rest.empty();) {
    const Bytes part = rest.first(std::min(part_size, rest.size()));
    rest = rest.subspan(part.size());
    received.insert(received.end(), part.begin(), part.end());
    for (;;) {
      const auto frame = take_frame(received, Wires::v2);
      if (!frame) {
        EXPECT_EQ(frame.error(), Reason::truncated);
        break;
      }
      EXPECT_EQ(frame->bytes().data(), received.data()) << "a frame is where it was received";
      EXPECT_EQ(frame->header().seq, sizes.size());
      EXPECT_TRUE(std::ranges::equal(frame->payload(), test::some_bytes(frame->payload().size())));
      sizes.push_back(frame->payload().size());
      received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(frame->bytes().size()));
    }
  }
  EXPECT_TRUE(received.empty());
  return sizes;
}

TEST(FramesInAStream, are_the_same_however_it_is_cut) {
  const auto stream = stream_of({0, 480, 1, 28, 480, 0});
  const std::vector<std::size_t> expected{0, 480, 1, 28, 480, 0};
  for (std::size_t part = 1; part <= stream.size(); ++part) ASSERT_EQ(sizes_from(stream, part), expected) << part;
}

TEST(FramesInAStream, are_refused_for_their_header_before_a_payload_is_there) {
  struct {
    std::size_t at;
    std::uint8_t byte;
    Reason reason;
  } const spoiled[] = {{0, 0, Reason::bad_magic}, {2, 3, Reason::bad_version}, {9, 2, Reason::too_large}};
  for (const auto& [at, byte, reason] : spoiled) {
    auto bytes = frame_of(FrameType::data, test::some_bytes(200));
    bytes[at] = byte;
    const auto frame = take_frame(MutBytes(bytes).first(header_size), Wires::v2);
    ASSERT_FALSE(frame) << at;
    EXPECT_EQ(frame.error(), reason);
  }
}

}  // namespace
}  // namespace tacit::usmp
