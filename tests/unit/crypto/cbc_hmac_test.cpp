#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

// A packet as protocols lay it out: header, IV and text in a row, all of it authenticated.
struct Packet {
  Buffer bytes, mac = Buffer(32);

  Packet(std::size_t header, std::size_t blocks) : bytes(header + 16 + 16 * blocks), header_(header) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(3 * i + blocks);
  }
  Bytes iv() const { return Bytes(bytes).subspan(header_, 16); }
  MutBytes text() { return MutBytes(bytes).subspan(header_ + 16); }
  crypto::SealJob to_seal() { return {.authenticated = bytes, .iv = iv(), .text = text(), .mac = mac}; }
  crypto::OpenJob to_open() { return {.authenticated = bytes, .iv = iv(), .text = text(), .mac = mac}; }

 private:
  std::size_t header_;
};

const Buffer encryption_key(32, 0x11), mac_key(32, 0x22);

crypto::CbcHmac cipher() { return crypto::CbcHmac(Secret<32>(encryption_key), Secret<32>(mac_key)); }

TEST(CbcHmac, is_aes_cbc_and_then_hmac_over_the_ciphertext) {
  auto both = cipher();
  Packet packet(10, 3), by_hand(10, 3);
  auto job = packet.to_seal();
  both.seal({&job, 1});
  crypto::AesCbc{Secret<32>(encryption_key)}.encrypt(by_hand.iv(), by_hand.text());
  EXPECT_EQ(packet.bytes, by_hand.bytes);
  EXPECT_EQ(packet.mac, buffer_of(crypto::HmacSha256(mac_key).mac({by_hand.bytes})));
}

TEST(CbcHmac, opens_what_it_sealed_in_batches) {
  auto both = cipher();
  std::vector<Packet> packets;
  for (std::size_t n = 0; n < 9; ++n) packets.emplace_back(n, n);
  std::vector<crypto::SealJob> sealing;
  for (Packet& packet : packets) sealing.push_back(packet.to_seal());
  both.seal(sealing);
  std::vector<crypto::OpenJob> opening;
  for (Packet& packet : packets) opening.push_back(packet.to_open());
  both.open(opening);
  for (std::size_t n = 0; n < packets.size(); ++n) {
    EXPECT_TRUE(opening[n].authentic);
    EXPECT_EQ(packets[n].bytes, Packet(n, n).bytes);
  }
}

// Header, IV, text and mac: nothing of a packet may be changed, and a refused one is not decrypted.
TEST(CbcHmac, refuses_every_flipped_bit_and_does_not_decrypt) {
  auto both = cipher();
  Packet packet(5, 2);
  auto seal = packet.to_seal();
  both.seal({&seal, 1});
  for (Buffer* part : {&packet.bytes, &packet.mac}) {
    for (std::size_t bit = 0; bit < 8 * part->size(); ++bit) {
      const auto flip = [&] { (*part)[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8); };
      flip();
      const Buffer before = packet.bytes;
      auto open = packet.to_open();
      open.authentic = true;
      both.open({&open, 1});
      EXPECT_FALSE(open.authentic);
      EXPECT_EQ(packet.bytes, before);
      flip();
    }
  }
  auto open = packet.to_open();
  both.open({&open, 1});
  EXPECT_TRUE(open.authentic);
}

TEST(CbcHmac, refuses_a_mac_that_is_cut_short) {
  auto both = cipher();
  Packet packet(5, 2);
  auto seal = packet.to_seal();
  both.seal({&seal, 1});
  for (std::size_t size = 0; size < 32; ++size) {
    auto open = packet.to_open();
    open.mac = open.mac.first(size);
    both.open({&open, 1});
    EXPECT_FALSE(open.authentic);
  }
}

}  // namespace
}  // namespace tacit::test
