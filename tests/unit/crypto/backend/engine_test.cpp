#include "tacit/crypto/backend/engine.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <thread>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

// The same random jobs through both engines of a host: batches of 1 to 300, every length from 0 to 2000 bytes, both
// directions, forgeries among them. TACIT_CRYPTO_JOBS says how many for each cipher; `./dev soak` asks for 1,000,000.
namespace tacit::test {
namespace {

using crypto::Engine;

// Whatever a test chooses, the next one begins with what the program began with.
class Engines : public testing::Test {
 protected:
  void SetUp() override {
    if (!crypto::use(Engine::ipsec_mb)) GTEST_SKIP() << "no ipsec-mb in this program, or none for this CPU";
  }
  void TearDown() override { crypto::use(at_start_); }

 private:
  Engine at_start_ = crypto::engine();
};

std::size_t jobs_wanted() {
  const char* wish = std::getenv("TACIT_CRYPTO_JOBS");
  return wish != nullptr ? std::strtoul(wish, nullptr, 10) : 10'000;
}

// The same in every run.
class Dice {
 public:
  std::size_t below(std::size_t limit) { return generator_() % limit; }
  Buffer bytes(std::size_t size) {
    Buffer out(size);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(generator_() >> 8);
    return out;
  }

 private:
  std::minstd_rand generator_{20261126};
};

// What is authenticated and not encrypted, which ends with the IV; then the text.
struct Packet {
  std::size_t header_size, iv_size;
  Buffer bytes, mac;

  Bytes header() const { return Bytes(bytes).first(header_size); }
  Bytes iv() const { return header().last(iv_size); }
  MutBytes text() { return MutBytes(bytes).subspan(header_size); }
  bool operator==(const Packet&) const = default;
};
using Packets = std::vector<Packet>;

std::vector<bool> open(crypto::PacketCipher& cipher, Packets& packets) {
  std::vector<crypto::OpenJob> jobs;
  for (Packet& packet : packets) jobs.push_back({packet.bytes, packet.iv(), packet.text(), packet.mac});
  cipher.open(jobs);
  std::vector<bool> authentic;
  for (const auto& job : jobs) authentic.push_back(job.authentic);
  return authentic;
}

void seal(crypto::PacketCipher& cipher, Packets& packets) {
  std::vector<crypto::SealJob> jobs;
  for (Packet& packet : packets) jobs.push_back({packet.bytes, packet.iv(), packet.text(), packet.mac});
  cipher.seal(jobs);
}

// Each cipher with what its packets are like. Keys are made of 64 random bytes.
struct CbcHmac {
  static constexpr std::size_t block = 16, mac_size = 32;
  static constexpr bool leaves_the_refused_alone = true;
  static std::size_t iv_size(Dice&) { return 16; }

  explicit CbcHmac(Bytes key) : cipher(Secret<32>(key.first(32)), Secret<32>(key.last(32))) {}
  void seal(Packets& packets) { test::seal(cipher, packets); }
  std::vector<bool> open(Packets& packets) { return test::open(cipher, packets); }

  crypto::CbcHmac cipher;
};

// As NoMQ's profile legacy has it: the suffix is a key.
struct CbcSha256 {
  static constexpr std::size_t block = 16, mac_size = 32;
  static constexpr bool leaves_the_refused_alone = true;
  static std::size_t iv_size(Dice&) { return 16; }

  explicit CbcSha256(Bytes key) : cipher(key) {}
  void seal(Packets& packets) { test::seal(cipher, packets); }
  std::vector<bool> open(Packets& packets) { return test::open(cipher, packets); }

  struct Cipher final : crypto::PacketCipher {
    explicit Cipher(Bytes key) : cbc(Secret<32>(key.first(32))), suffix(buffer_of(key.last(32))) {}
    void seal(std::span<crypto::SealJob> jobs) override {
      cbc.encrypt(jobs);
      crypto::sign_sha256(jobs, suffix);
    }
    void open(std::span<crypto::OpenJob> jobs) override {
      crypto::check_sha256(jobs, suffix);
      cbc.decrypt(jobs);
    }
    crypto::AesCbc cbc;
    Buffer suffix;
  } cipher;
};

template <std::size_t KeySize> struct Gcm {
  static constexpr std::size_t block = 1, mac_size = 16;
  static constexpr bool leaves_the_refused_alone = false;
  static std::size_t iv_size(Dice& dice) { return dice.below(8) == 0 ? 1 + dice.below(128) : 12; }

  explicit Gcm(Bytes key) : cipher(key.first(KeySize)) {}
  void seal(Packets& packets) {
    std::vector<crypto::AesGcm::SealJob> jobs;
    for (Packet& packet : packets) jobs.push_back({packet.iv(), packet.header(), packet.text(), packet.mac});
    cipher.seal(jobs);
  }
  std::vector<bool> open(Packets& packets) {
    std::vector<crypto::AesGcm::OpenJob> jobs;
    for (Packet& packet : packets) jobs.push_back({packet.iv(), packet.header(), packet.text(), packet.mac});
    cipher.open(jobs);
    std::vector<bool> authentic;
    for (const auto& job : jobs) authentic.push_back(job.authentic);
    return authentic;
  }

  crypto::AesGcm cipher;
};

// One packet for each of `sizes`, rounded to blocks.
template <class Cipher> Packets packets_of(const std::vector<std::size_t>& sizes, Dice& dice) {
  Packets packets;
  for (const std::size_t size : sizes) {
    const std::size_t iv_size = Cipher::iv_size(dice), header_size = iv_size + dice.below(60);
    packets.push_back({header_size, iv_size, dice.bytes(header_size + size / Cipher::block * Cipher::block),
                       Buffer(Cipher::mac_size)});
  }
  return packets;
}

// One bit of one in seven, anywhere. True where it was done.
std::vector<bool> forge(Packets& packets, Dice& dice) {
  std::vector<bool> forged;
  for (Packet& packet : packets) {
    forged.push_back(dice.below(7) == 0);
    if (!forged.back()) continue;
    Buffer& part = dice.below(2) == 0 ? packet.mac : packet.bytes;
    part[dice.below(part.size())] ^= static_cast<std::uint8_t>(1 << dice.below(8));
  }
  return forged;
}

template <class Cipher> void compare(const std::vector<std::size_t>& sizes, Dice& dice) {
  const Buffer key = dice.bytes(64);
  const Packets plain = packets_of<Cipher>(sizes, dice);
  Packets one = plain;
  crypto::use(Engine::openssl);
  Cipher openssl(key);
  openssl.seal(one);

  Packets other = plain;
  crypto::use(Engine::ipsec_mb);
  Cipher ipsec_mb(key);
  ipsec_mb.seal(other);
  ASSERT_EQ(one, other);

  auto expected = forge(other, dice);
  expected.flip();
  one = other;
  const Packets received = other;
  ASSERT_EQ(ipsec_mb.open(other), expected);
  crypto::use(Engine::openssl);
  ASSERT_EQ(openssl.open(one), expected);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (expected[i]) {
      ASSERT_EQ(other[i].bytes, plain[i].bytes);
    } else if (Cipher::leaves_the_refused_alone) {
      ASSERT_EQ(other[i], received[i]);
    }
  }
}

template <class Cipher> void compare_many() {
  Dice dice;
  for (std::size_t done = 0, batch = 0; done < jobs_wanted(); done += batch) {
    batch = 1 + dice.below(300);
    std::vector<std::size_t> sizes;
    for (std::size_t job = done; job < done + batch; ++job) sizes.push_back(job <= 2000 ? job : dice.below(2001));
    SCOPED_TRACE(done);
    compare<Cipher>(sizes, dice);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST_F(Engines, agree_about_cbc_with_hmac) { compare_many<CbcHmac>(); }
TEST_F(Engines, agree_about_cbc_with_sha256_and_a_suffix) { compare_many<CbcSha256>(); }
TEST_F(Engines, agree_about_gcm_with_a_key_of_128_bits) { compare_many<Gcm<16>>(); }
TEST_F(Engines, agree_about_gcm_with_a_key_of_256_bits) { compare_many<Gcm<32>>(); }

// What ipsec-mb does not take, because its lanes count in 16 bits, among what it takes.
TEST_F(Engines, agree_about_packets_larger_than_a_lane_can_count) {
  Dice dice;
  const std::vector<std::size_t> sizes{16, 16'384, 0, 16'400, 32, 65'536, 0, 70'000, 100, 100, 100};
  compare<CbcHmac>(sizes, dice);
  compare<CbcSha256>(sizes, dice);
  compare<Gcm<16>>(sizes, dice);
  compare<Gcm<32>>(sizes, dice);
}

// A key may be made in one thread and used in another, and every thread has lanes of its own.
TEST_F(Engines, agree_in_many_threads_at_once) {
  const Buffer key(64, 7);
  std::vector<std::unique_ptr<CbcHmac>> ciphers;
  for (int i = 0; i < 4; ++i) ciphers.push_back(std::make_unique<CbcHmac>(key));
  Dice dice;
  const Packets plain = packets_of<CbcHmac>(std::vector<std::size_t>(40, 160), dice);
  std::vector<Packets> sealed(ciphers.size(), plain);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ciphers.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        ciphers[i]->seal(sealed[i]);
        ciphers[i]->open(sealed[i]);
      }
      ciphers[i]->seal(sealed[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Packets& packets : sealed) EXPECT_EQ(packets, sealed.front());
  EXPECT_NE(sealed.front(), plain);
}

TEST_F(Engines, are_named) {
  crypto::use(Engine::openssl);
  EXPECT_TRUE(crypto::engine_description().starts_with("OpenSSL 3."));
  EXPECT_EQ(crypto::engine_description().find("ipsec-mb"), std::string::npos);
  crypto::use(Engine::ipsec_mb);
  EXPECT_NE(crypto::engine_description().find(", ipsec-mb "), std::string::npos);
}

}  // namespace
}  // namespace tacit::test
