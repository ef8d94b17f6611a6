#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

using crypto::AesGcm;

bool opens(const AesGcm& gcm, Bytes iv, Bytes aad, MutBytes text, Bytes tag) {
  AesGcm::OpenJob job{.iv = iv, .aad = aad, .text = text, .tag = tag};
  gcm.open({&job, 1});
  return job.authentic;
}

Buffer seal(const AesGcm& gcm, Bytes iv, Bytes aad, MutBytes text) {
  Buffer tag(AesGcm::tag_size);
  AesGcm::SealJob job{.iv = iv, .aad = aad, .text = text, .tag = tag};
  gcm.seal({&job, 1});
  return tag;
}

// Keys of 128 and 256 bits; IVs of 12, 1, 8, 60 and 128 bytes; texts and associated data of any length, none included.
TEST(AesGcm, seals_and_opens_the_published_packets) {
  for (const Vector& vector : read_vectors("aes-gcm.txt")) {
    if (vector.has("refused")) continue;
    SCOPED_TRACE(vector.text("source"));
    const AesGcm gcm(vector.bytes("key"));
    const Buffer iv = vector.bytes("iv"), aad = vector.bytes("aad"), tag = vector.bytes("tag");
    Buffer text = vector.bytes("plaintext");
    EXPECT_EQ(seal(gcm, iv, aad, text), tag);
    EXPECT_EQ(text, vector.bytes("ciphertext"));
    EXPECT_TRUE(opens(gcm, iv, aad, text, tag));
    EXPECT_EQ(text, vector.bytes("plaintext"));
  }
}

TEST(AesGcm, refuses_the_published_forgeries) {
  std::size_t refused = 0;
  for (const Vector& vector : read_vectors("aes-gcm.txt")) {
    if (!vector.has("refused")) continue;
    SCOPED_TRACE(vector.text("source"));
    Buffer text = vector.bytes("ciphertext");
    EXPECT_FALSE(
        opens(AesGcm(vector.bytes("key")), vector.bytes("iv"), vector.bytes("aad"), text, vector.bytes("tag")));
    ++refused;
  }
  EXPECT_GE(refused, 100u);
}

// Every single bit of all that a receiver is given.
TEST(AesGcm, refuses_every_flipped_bit) {
  const AesGcm gcm(Buffer(16, 1));
  Buffer iv(12, 2), aad(5, 3), text(19, 4);
  Buffer tag = seal(gcm, iv, aad, text);
  for (Buffer* part : {&iv, &aad, &text, &tag}) {
    for (std::size_t bit = 0; bit < 8 * part->size(); ++bit) {
      const auto flip = [&] { (*part)[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8); };
      flip();
      Buffer copy_of_text = text;
      EXPECT_FALSE(opens(gcm, iv, aad, copy_of_text, tag));
      flip();
    }
  }
  EXPECT_TRUE(opens(gcm, iv, aad, text, tag));
}

// One batch with different lengths of IV, text and data, a forgery in the middle: each job as if it were alone.
TEST(AesGcm, each_job_of_a_batch_stands_alone) {
  const AesGcm gcm(Buffer(32, 9));
  struct Packet {
    Buffer iv, aad, text, tag, alone;
  };
  std::vector<Packet> packets;
  std::vector<AesGcm::SealJob> sealing;
  std::vector<AesGcm::OpenJob> opening;
  for (std::size_t n = 0; n < 20; ++n) {
    packets.push_back(
        {Buffer(n % 3 == 0 ? 12 : n, 1), Buffer(n % 4, 2), Buffer(3 * n, 3), Buffer(16), Buffer(3 * n, 3)});
  }
  for (Packet& packet : packets) sealing.push_back({packet.iv, packet.aad, packet.text, packet.tag});
  gcm.seal(sealing);
  for (Packet& packet : packets) {
    EXPECT_EQ(seal(gcm, packet.iv, packet.aad, packet.alone), packet.tag);
    EXPECT_EQ(packet.text, packet.alone);
  }
  packets[10].tag[15] ^= 1;
  for (Packet& packet : packets) opening.push_back({packet.iv, packet.aad, packet.text, packet.tag});
  gcm.open(opening);
  for (std::size_t n = 0; n < packets.size(); ++n) {
    EXPECT_EQ(opening[n].authentic, n != 10);
    if (n == 10) continue;
    EXPECT_EQ(packets[n].text, Buffer(3 * n, 3));
  }
}

TEST(AesGcm, authentic_becomes_false_again_when_a_job_is_used_twice) {
  const AesGcm gcm(Buffer(16, 1));
  Buffer iv(12), text(8), tag = seal(gcm, iv, {}, text);
  AesGcm::OpenJob job{.iv = iv, .aad = {}, .text = text, .tag = tag};
  gcm.open({&job, 1});
  EXPECT_TRUE(job.authentic);
  gcm.open({&job, 1});  // the text is plain now, so it is not what was sealed
  EXPECT_FALSE(job.authentic);
}

TEST(AesGcmDeathTest, sizes_it_does_not_have_are_our_bug) {
  const AesGcm gcm(Buffer(16));
  Buffer bytes(200);
  EXPECT_DEATH(AesGcm(Buffer(24)), "");
  EXPECT_DEATH(seal(gcm, {}, {}, bytes), "");
  EXPECT_DEATH(seal(gcm, Bytes(bytes).first(129), {}, {}), "");
  EXPECT_DEATH(opens(gcm, Bytes(bytes).first(12), {}, {}, Bytes(bytes).first(15)), "");
}

}  // namespace
}  // namespace tacit::test
