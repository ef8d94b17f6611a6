#include <bearssl.h>

#include "tacit/crypto/backend/bearssl_multiply.hpp"
#include "tacit/crypto/backend/one_by_one.hpp"
#include "tacit/crypto/backend/room.hpp"

// BearSSL 0.6, for chips: constant time, no heap. AES is `aes_ct`, bit slices in 32-bit registers, because a table
// of AES in cached flash tells the key by its timing.
namespace tacit::crypto {

namespace {

template <class T> void wipe_object(T& object) { wipe({reinterpret_cast<std::uint8_t*>(&object), sizeof object}); }

}  // namespace

Digest sha256(std::initializer_list<Bytes> parts) {
  br_sha256_context context;
  Digest digest;
  br_sha256_init(&context);
  for (Bytes part : parts) br_sha256_update(&context, part.data(), part.size());
  br_sha256_out(&context, digest.data());
  wipe_object(context);  // a part may have been a key
  return digest;
}

HmacSha256::HmacSha256(Bytes key) {
  // The library copies the key with memcpy, which may not be given the null pointer of an empty one.
  const std::uint8_t none = 0;
  br_hmac_key_init(&make_in<br_hmac_key_context>(key_), &br_sha256_vtable, key.empty() ? &none : key.data(),
                   key.size());
}

HmacSha256::~HmacSha256() { wipe(key_.bytes); }

Digest HmacSha256::mac(std::initializer_list<Bytes> parts) const {
  br_hmac_context context;
  Digest digest;
  br_hmac_init(&context, &kept_in<br_hmac_key_context>(key_), 0);  // 0: the whole digest
  for (Bytes part : parts) br_hmac_update(&context, part.data(), part.size());
  br_hmac_out(&context, digest.data());
  wipe_object(context);
  return digest;
}

void HmacSha256::sign(std::span<SealJob> jobs) const { sign_each(*this, jobs); }
void HmacSha256::check(std::span<OpenJob> jobs) const { check_each(*this, jobs); }

void sign_sha256(std::span<SealJob> jobs, Bytes suffix) { sign_each(jobs, suffix); }
void check_sha256(std::span<OpenJob> jobs, Bytes suffix) { check_each(jobs, suffix); }

// The library moves the IV it is given to the end of the text, so it is given a copy.

namespace {

struct CbcState {
  br_aes_ct_cbcenc_keys encrypt;
  br_aes_ct_cbcdec_keys decrypt;
};

Iv checked_copy(Bytes iv, Bytes text) {
  require(iv.size() == sizeof(Iv) && text.size() % 16 == 0);
  Iv moving;
  copy(iv, moving);
  return moving;
}

}  // namespace

AesCbc::AesCbc(const Secret<32>& key) {
  auto& state = make_in<CbcState>(key_);
  br_aes_ct_cbcenc_init(&state.encrypt, key.reveal().data(), key.reveal().size());
  br_aes_ct_cbcdec_init(&state.decrypt, key.reveal().data(), key.reveal().size());
}

AesCbc::~AesCbc() { wipe(key_.bytes); }

void AesCbc::encrypt(Bytes iv, MutBytes text) const {
  Iv moving = checked_copy(iv, text);
  br_aes_ct_cbcenc_run(&kept_in<CbcState>(key_).encrypt, moving.data(), text.data(), text.size());
}

void AesCbc::decrypt(Bytes iv, MutBytes text) const {
  Iv moving = checked_copy(iv, text);
  br_aes_ct_cbcdec_run(&kept_in<CbcState>(key_).decrypt, moving.data(), text.data(), text.size());
}

void AesCbc::encrypt(std::span<SealJob> jobs) const { encrypt_each(*this, jobs); }
void AesCbc::decrypt(std::span<OpenJob> jobs) const { decrypt_each(*this, jobs); }

// Kept per key: the schedule, and a context that has the hash key, which costs one AES and must not be made for each
// packet. A job works in its own copy of the context; that still points to the schedule kept here.

namespace {

// Of a context only what follows from the key: the rest, 100 bytes of it, lives as long as a packet takes.
struct GcmState {
  br_aes_ct_ctr_keys keys;
  std::array<unsigned char, sizeof(br_gcm_context::h)> hash_key;
};

class GcmRun {
 public:
  // What br_gcm_init() does, but for computing the hash key once more. The library does not write through `bctx`.
  GcmRun(const GcmState& state, Bytes iv, Bytes aad) {
    require(!iv.empty() && iv.size() <= AesGcm::iv_size_max);
    context_.vtable = &br_gcm_vtable;
    context_.bctx = const_cast<const br_block_ctr_class**>(&state.keys.vtable);
    context_.gh = ghash;
    copy(state.hash_key, context_.h);
    br_gcm_reset(&context_, iv.data(), iv.size());
    if (!aad.empty()) br_gcm_aad_inject(&context_, aad.data(), aad.size());
    br_gcm_flip(&context_);
  }
  ~GcmRun() { wipe_object(context_); }

  void encrypt(MutBytes text) { br_gcm_run(&context_, 1, text.data(), text.size()); }
  void decrypt(MutBytes text) { br_gcm_run(&context_, 0, text.data(), text.size()); }
  void write_tag(MutBytes tag) { br_gcm_get_tag(&context_, tag.data()); }
  bool has_tag(Bytes tag) { return br_gcm_check_tag(&context_, tag.data()) == 1; }

 private:
  br_gcm_context context_;
};

}  // namespace

AesGcm::AesGcm(Bytes key) {
  require(key.size() == 16 || key.size() == 32);
  auto& state = make_in<GcmState>(key_);
  br_aes_ct_ctr_init(&state.keys, key.data(), key.size());
  br_gcm_context context;
  br_gcm_init(&context, &state.keys.vtable, ghash);
  copy(context.h, state.hash_key);
  wipe_object(context);
}

AesGcm::~AesGcm() { wipe(key_.bytes); }

void AesGcm::seal(std::span<SealJob> jobs) const {
  for (SealJob& job : jobs) {
    require(job.tag.size() == tag_size);
    GcmRun run(kept_in<GcmState>(key_), job.iv, job.aad);
    run.encrypt(job.text);
    run.write_tag(job.tag);
  }
}

void AesGcm::open(std::span<OpenJob> jobs) const {
  for (OpenJob& job : jobs) {
    require(job.tag.size() == tag_size);
    GcmRun run(kept_in<GcmState>(key_), job.iv, job.aad);
    run.decrypt(job.text);
    job.authentic = run.has_tag(job.tag);
  }
}

// The library's interface speaks of big-endian multipliers; for this curve it takes them as RFC 7748 writes them,
// little-endian, and clamps them itself. What it does not do is look at the result.

namespace {

constexpr std::array<std::uint8_t, 32> base_point{9};

void multiply(MutBytes point, const Secret<32>& scalar) {
  require(curve25519.mul(point.data(), point.size(), scalar.reveal().data(), scalar.reveal().size(),
                         BR_EC_curve25519) == 1);
}

}  // namespace

void x25519_public(const Secret<32>& scalar, MutBytes public_key) {
  require(public_key.size() == 32);
  copy(base_point, public_key);
  multiply(public_key, scalar);
}

bool x25519(const Secret<32>& scalar, Bytes peer_public_key, Secret<32>& shared) {
  Secret<32> point(peer_public_key);
  multiply(point.fill(), scalar);
  if (equal(point.reveal(), std::array<std::uint8_t, 32>{})) return false;
  shared = std::move(point);
  return true;
}

}  // namespace tacit::crypto
