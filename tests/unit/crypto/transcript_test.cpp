#include <gtest/gtest.h>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

// A program has one crypto library, so two of them cannot be compared inside it. Each writes down everything it
// computes for the same 10,000 random jobs instead, and the digest of what was written must be the one in
// transcript.txt, which says how the jobs are made.
namespace tacit::test {
namespace {

// Random bytes that any implementation can make: SHA-256 of "tacit transcript" and a counter, over and over.
class Stream {
 public:
  Buffer bytes(std::size_t size) {
    Buffer out;
    while (out.size() < size) out.push_back(next());
    return out;
  }
  std::size_t below(std::size_t limit) {
    const std::size_t high = next();
    return (high << 8 | next()) % limit;
  }

 private:
  std::uint8_t next() {
    if (used_ == block_.size()) {
      for (std::size_t i = 0; i < 4; ++i) count_bytes_[i] = static_cast<std::uint8_t>(count_ >> (24 - 8 * i));
      ++count_;
      block_ = crypto::sha256({bytes_of("tacit transcript"), count_bytes_});
      used_ = 0;
    }
    return block_[used_++];
  }

  std::uint32_t count_ = 0;
  std::array<std::uint8_t, 4> count_bytes_{};
  crypto::Digest block_{};
  std::size_t used_ = block_.size();
};

class Transcript {
 public:
  void add(Bytes bytes) { digest_ = crypto::sha256({digest_, bytes}); }
  Buffer digest() const { return buffer_of(digest_); }

 private:
  crypto::Digest digest_{};
};

void hash(Stream& stream, Bytes message, Transcript& transcript) {
  const auto cut = stream.below(message.size() + 1);
  transcript.add(crypto::sha256({message.first(cut), message.subspan(cut)}));
}

void authenticate(Stream& stream, Bytes message, Transcript& transcript) {
  const Buffer key = stream.bytes(stream.below(129));
  transcript.add(crypto::HmacSha256(key).mac({message}));
}

void encrypt(Stream& stream, Bytes message, Transcript& transcript) {
  const crypto::AesCbc cbc{Secret<32>(stream.bytes(32))};
  const Buffer iv = stream.bytes(16);
  const Buffer plain = buffer_of(message.first(message.size() / 16 * 16));
  Buffer text = plain;
  cbc.encrypt(iv, text);
  transcript.add(text);
  cbc.decrypt(iv, text);
  ASSERT_EQ(text, plain);
  cbc.decrypt(iv, text);  // of what is no ciphertext, as a forger would have it
  transcript.add(text);
}

void seal(Stream& stream, Bytes message, Transcript& transcript) {
  const crypto::AesGcm gcm(stream.bytes(stream.below(2) == 0 ? 16 : 32));
  const Buffer iv = stream.bytes(stream.below(4) == 0 ? 1 + stream.below(128) : 12);
  const Buffer aad = stream.bytes(stream.below(64));
  Buffer text = buffer_of(message), tag(16);
  crypto::AesGcm::SealJob sealing{.iv = iv, .aad = aad, .text = text, .tag = tag};
  gcm.seal({&sealing, 1});
  transcript.add(text);
  transcript.add(tag);
  crypto::AesGcm::OpenJob opening{.iv = iv, .aad = aad, .text = text, .tag = tag};
  gcm.open({&opening, 1});
  ASSERT_TRUE(opening.authentic);
  ASSERT_EQ(text, buffer_of(message));
}

void exchange(Stream& stream, Transcript& transcript) {
  const Secret<32> scalar(stream.bytes(32));
  Buffer mine(32);
  crypto::x25519_public(scalar, mine);
  transcript.add(mine);
  Secret<32> shared;
  ASSERT_TRUE(crypto::x25519(scalar, stream.bytes(32), shared));
  transcript.add(shared.reveal());
}

TEST(Transcript, every_backend_computes_the_same_bytes) {
  const Vector vector = read_vectors("transcript.txt").front();
  Stream stream;
  Transcript transcript;
  for (std::size_t job = 0; job < vector.number("jobs"); ++job) {
    SCOPED_TRACE(job);
    const Buffer message = stream.bytes(job / 4 <= 2000 ? job / 4 : stream.below(2001));
    if (job % 4 == 0) hash(stream, message, transcript);
    if (job % 4 == 1) authenticate(stream, message, transcript);
    if (job % 4 == 2) encrypt(stream, message, transcript);
    if (job % 4 == 3) seal(stream, message, transcript);
    if (job % 100 == 0) exchange(stream, transcript);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_EQ(transcript.digest(), vector.bytes("digest"));
}

}  // namespace
}  // namespace tacit::test
