#pragma once
#include <array>
#include <initializer_list>

#include "tacit/base/secret.hpp"

// The primitives the protocols need and no others. Which library computes them is chosen when linking:
// backend/openssl.cpp on a host, with ipsec-mb for batches where the CPU has what that needs (backend/engine.hpp);
// backend/bearssl.cpp on a chip. All of them pass the same vectors.
//
// Keys are objects: the key schedule is made once, in the constructor, and used per packet without any
// allocation. What a backend keeps per key lies inside the object (a chip) or behind a pointer in it (a
// host); it is wiped with the object. A key belongs to one thread at a time, its const functions too.
//
// Sizes that are not as said here are our own bug, and stop the program: who reads them off the air
// checks them first.
namespace tacit::crypto {

using Digest = std::array<std::uint8_t, 32>;
using Iv = std::array<std::uint8_t, 16>;

// In constant time for buffers of equal size.
[[nodiscard]] bool equal(Bytes a, Bytes b);

Digest sha256(std::initializer_list<Bytes> parts);

// One packet to encrypt and then authenticate, where it lies. `text` is whole blocks, padding included,
// and is the end of `authenticated`.
struct SealJob {
  Bytes authenticated;
  Bytes iv;
  MutBytes text;
  MutBytes mac;  // 32 bytes, written
};

// One packet to check and then decrypt, where it lies. Where the mac is wrong, `authentic` stays false
// and `text` is worth nothing.
struct OpenJob {
  Bytes authenticated;
  Bytes iv;
  MutBytes text;
  Bytes mac;
  bool authentic = false;
  std::uint16_t place = 0;  // the caller's own note; ciphers do not look at it
};

// SHA-256 of what each job authenticates and then `suffix`, in place of a mac: written, or compared and
// then told in `authentic`.
void sign_sha256(std::span<SealJob>, Bytes suffix);
void check_sha256(std::span<OpenJob>, Bytes suffix);

// Room for what a backend keeps per key; the backend asserts that it suffices.
template <std::size_t Size, std::size_t Alignment = 8> struct Expanded {
  alignas(Alignment) std::array<std::uint8_t, Size> bytes{};
};

// RFC 2104 with SHA-256; a key of any length.
class HmacSha256 {
 public:
  explicit HmacSha256(Bytes key);
  HmacSha256(const HmacSha256&) = delete;
  HmacSha256& operator=(const HmacSha256&) = delete;
  ~HmacSha256();

  Digest mac(std::initializer_list<Bytes> parts) const;

  // The mac of what each job authenticates: written, or compared and then told in `authentic`.
  void sign(std::span<SealJob>) const;
  void check(std::span<OpenJob>) const;

 private:
  Expanded<136> key_;
};

// AES-256 in CBC mode (SP 800-38A), in place, whole blocks; padding belongs to the protocol. `iv` is 16
// bytes, outside of `text`.
class AesCbc {
 public:
  explicit AesCbc(const Secret<32>& key);
  AesCbc(const AesCbc&) = delete;
  AesCbc& operator=(const AesCbc&) = delete;
  ~AesCbc();

  void encrypt(Bytes iv, MutBytes text) const;
  void decrypt(Bytes iv, MutBytes text) const;

  // The text of each job; to decrypt, of each that is authentic.
  void encrypt(std::span<SealJob>) const;
  void decrypt(std::span<OpenJob>) const;

 private:
  Expanded<512> key_;  // two directions
};

// AES-128 or AES-256 in GCM (SP 800-38D), in place, 16-byte tag. The parts of a job do not overlap. An IV
// never comes twice with one key: that would give the key's authentication away.
class AesGcm {
 public:
  explicit AesGcm(Bytes key);  // 16 or 32 bytes
  AesGcm(const AesGcm&) = delete;
  AesGcm& operator=(const AesGcm&) = delete;
  ~AesGcm();

  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t iv_size_max = 128;  // OpenSSL takes no longer ones

  // `iv` is 12 bytes on every path that has to be fast; other lengths (1 to 128) are right and slower.
  struct SealJob {
    Bytes iv, aad;
    MutBytes text, tag;
  };
  // Where the tag is wrong `authentic` stays false and `text` is worth nothing.
  struct OpenJob {
    Bytes iv, aad;
    MutBytes text;
    Bytes tag;
    bool authentic = false;
  };
  void seal(std::span<SealJob>) const;
  void open(std::span<OpenJob>) const;

 private:
#ifdef __x86_64__
  Expanded<1216, 64> key_;  // with powers of the hash key, for as many blocks as the CPU works on at once
#else
  Expanded<272> key_;
#endif
};

// RFC 7748. A scalar is 32 random bytes; clamping is done inside.
void x25519_public(const Secret<32>& scalar, MutBytes public_key);  // 32 bytes, written

// False where the result would be all zero (section 6.1): a peer that chose a point of small order. Then
// `shared` stays as it was. A peer's key is 32 bytes.
[[nodiscard]] bool x25519(const Secret<32>& scalar, Bytes peer_public_key, Secret<32>& shared);

// AES-256-CBC, then a 32-byte mac. Work comes in batches, because a multi-buffer cipher computes many packets
// side by side in the time of one; on a chip a batch is one.
class PacketCipher {
 public:
  virtual void seal(std::span<SealJob>) = 0;
  virtual void open(std::span<OpenJob>) = 0;

 protected:
  ~PacketCipher() = default;
};

// Encrypt, then HMAC-SHA256, with any backend's primitives.
class CbcHmac final : public PacketCipher {
 public:
  CbcHmac(const Secret<32>& encryption, const Secret<32>& mac) : cbc_(encryption), hmac_(mac.reveal()) {}
  void seal(std::span<SealJob>) override;
  void open(std::span<OpenJob>) override;

 private:
  AesCbc cbc_;
  HmacSha256 hmac_;
};

// Randomness is handed in, like time. The simulator's is seeded.
class Random {
 public:
  virtual void fill(MutBytes out) = 0;

  template <class T> T value() {
    std::array<std::uint8_t, sizeof(T)> bytes;
    fill(bytes);
    T result;
    std::memcpy(&result, bytes.data(), sizeof(T));
    return result;
  }

 protected:
  ~Random() = default;
};

}  // namespace tacit::crypto
