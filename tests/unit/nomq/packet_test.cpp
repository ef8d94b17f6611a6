// Every packet of both profiles: what was sealed opens as it was, and nothing that differs in one bit or ends early
// does.
#include "tacit/nomq/packet.hpp"

#include <gtest/gtest.h>

#include "tests/support/nomq_station.hpp"

namespace tacit::nomq {
namespace {

constexpr Clock clock_of_now{1'750'000'000, Epoch::unix_1970};

std::vector<std::uint8_t> sealed(crypto::PacketCipher& cipher, const Header& header, Bytes body) {
  std::vector<std::uint8_t> out(sealed_size(body.size()));
  std::array job{begin_seal(header, body, {}, out)};
  cipher.seal(job);
  return out;
}

Result<Opened> opened(crypto::PacketCipher& cipher, MutBytes bytes, const Clock& clock = clock_of_now) {
  const auto job = begin_open(bytes);
  if (!job) return job.error();
  std::array jobs{*job};
  cipher.open(jobs);
  return finish_open(jobs[0], clock);
}

Header header_of(PacketType type) {
  Header header;
  header.type = type;
  header.flags = 0xA9;
  header.id = PacketId{0x01020304};
  header.session = SessionId{0xC0FFEE01};
  header.iv.fill(0x5A);
  header.sent_at_s = clock_of_now.now_s;
  header.channel = channel_id("pressure");
  return header;
}

class Packet : public testing::TestWithParam<Profile> {
 protected:
  test::TestCipher cipher_{GetParam()};
};

TEST_P(Packet, of_each_type_opens_as_it_was_sealed) {
  for (unsigned type = 1; type <= 8; ++type)
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1040u}) {
      const std::vector<std::uint8_t> body(size, 0x42);
      auto bytes = sealed(cipher_, header_of(static_cast<PacketType>(type)), body);
      const auto packet = opened(cipher_, bytes);
      ASSERT_TRUE(packet) << "type " << type << ", " << size << " bytes";
      EXPECT_TRUE(std::ranges::equal(packet->body(), body));
      EXPECT_EQ(packet->header().type, static_cast<PacketType>(type));
      EXPECT_EQ(packet->header().flags, 0xA9);
      EXPECT_EQ(packet->header().id, PacketId{0x01020304});
      EXPECT_EQ(packet->header().session, SessionId{0xC0FFEE01});
      EXPECT_EQ(packet->header().channel, channel_id("pressure"));
    }
}

TEST_P(Packet, of_each_type_is_refused_with_any_bit_flipped_and_at_any_other_length) {
  for (unsigned type = 1; type <= 8; ++type) {
    const auto good = sealed(cipher_, header_of(static_cast<PacketType>(type)), bytes_of("seventeen bytes !"));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      auto bad = good;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
      ASSERT_FALSE(opened(cipher_, bad)) << "type " << type << ", bit " << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
      auto bad = good;
      bad.resize(size);
      ASSERT_FALSE(opened(cipher_, bad)) << "type " << type << ", " << size << " bytes";
    }
    auto longer = good;
    longer.push_back(0);
    EXPECT_EQ(opened(cipher_, longer).error(), Reason::bad_length);
  }
}

TEST_P(Packet, of_another_type_is_refused_by_name) {
  for (const unsigned type : {0u, 9u, 255u}) {
    auto bytes = sealed(cipher_, header_of(static_cast<PacketType>(type)), {});
    EXPECT_EQ(opened(cipher_, bytes).error(), Reason::bad_type);
  }
}

TEST_P(Packet, is_of_now_within_30_seconds) {
  for (const std::int64_t off : {-31, -30, 0, 30, 31}) {
    Header header = header_of(PacketType::heartbeat);
    header.sent_at_s = static_cast<std::uint32_t>(clock_of_now.now_s + off);
    auto bytes = sealed(cipher_, header, {});
    const auto packet = opened(cipher_, bytes);
    if (off == -31) EXPECT_EQ(packet.error(), Reason::stale);
    else if (off == 31) EXPECT_EQ(packet.error(), Reason::future);
    else EXPECT_TRUE(packet) << off;
  }
}

TEST_P(Packet, of_a_clock_that_started_in_2000_opens_where_that_is_expected) {
  Header header = header_of(PacketType::ack);
  header.sent_at_s -= seconds_1970_to_2000;
  const auto good = sealed(cipher_, header, {});
  auto bytes = good;
  EXPECT_EQ(opened(cipher_, bytes).error(), Reason::stale);
  for (const Epoch epoch : {Epoch::y2000, Epoch::automatic}) {
    bytes = good;
    const auto packet = opened(cipher_, bytes, {clock_of_now.now_s, epoch});
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->from_2000());
    EXPECT_EQ(packet->unix_s(header.sent_at_s), clock_of_now.now_s);
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, Packet, testing::Values(Profile::v1, Profile::legacy));

TEST(PacketProfiles, are_refused_by_each_other) {
  test::TestCipher v1(Profile::v1), legacy(Profile::legacy);
  auto bytes = sealed(v1, header_of(PacketType::publish), bytes_of("3.2 bar"));
  EXPECT_EQ(opened(legacy, bytes).error(), Reason::bad_mac);
}

}  // namespace
}  // namespace tacit::nomq
