// What of USMP tells a server's shards whose it is.
#include "tacit/usmp/steering.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tacit/usmp/sealed.hpp"

namespace tacit::usmp {
namespace {

std::vector<std::uint8_t> sealed(FrameType type, std::uint8_t shard, std::size_t size) {
  const std::array<std::uint8_t, 32> any{};
  const crypto::AesGcm key(any);
  const SessionId session{shard, 0xCD, 0xAB};
  const std::vector<std::uint8_t> text(size, 0x77);
  std::vector<std::uint8_t> frame(sealed_size(size));
  seal(key, session, {.type = type, .seq = 0xFFFF'FFFE}, text, frame);
  return frame;
}

TEST(Steering, every_sealed_frame_names_the_shard_that_its_session_began_with) {
  for (int type = 0; type < 256; ++type) {
    const auto its_type = static_cast<FrameType>(type);
    if (!is_sealed(its_type)) continue;
    for (const std::size_t size : {0u, 1u, 452u}) {
      EXPECT_EQ(shard_named(steering, sealed(its_type, 2, size), 4), 2u);
      EXPECT_EQ(shard_named(steering, sealed(its_type, 0, size), 4), 0u);
    }
  }
}

TEST(Steering, handshakes_and_acknowledgements_name_none) {
  for (const FrameType type : {FrameType::hello, FrameType::challenge, FrameType::hello_ack, FrameType::session_ok}) {
    auto frame = sealed(FrameType::data, 2, 26);  // as long as a HELLO with its cookie
    frame[3] = static_cast<std::uint8_t>(type);
    EXPECT_EQ(shard_named(steering, frame, 4), std::nullopt);
  }
  EXPECT_EQ(shard_named(steering, std::vector<std::uint8_t>(15, 0xAC), 4), std::nullopt);
  EXPECT_EQ(shard_named(steering, std::vector<std::uint8_t>(64, 0xAC), 4), std::nullopt);
}

}  // namespace
}  // namespace tacit::usmp
