#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <climits>
#include <memory>

#include "tacit/crypto/backend/engine.hpp"
#include "tacit/crypto/backend/multi_buffer.hpp"
#include "tacit/crypto/backend/one_by_one.hpp"
#include "tacit/crypto/backend/room.hpp"

// OpenSSL 3. Ciphers are EVP contexts that keep their key schedule from packet to packet.
//
// SHA-256 and HMAC use SHA256_Init and friends, although 3.0 calls them deprecated: the one-shot SHA256()
// looks the algorithm up by name in each call, and EVP_MAC_init() on a kept context allocates, because in 3.0 a
// digest context can be copied only into new memory. The low-level hash does neither, and it is the same
// code with the same instructions underneath.
//
// Batches go to multi_buffer.hpp first, and what that leaves is done here, one by one.
namespace tacit::crypto {

namespace {

// What a C library does not fail at unless we are wrong or memory is gone.
void must(int result) { require(result == 1); }

int int_size(Bytes bytes) {
  require(bytes.size() <= INT_MAX);
  return static_cast<int>(bytes.size());
}

}  // namespace

Digest sha256(std::initializer_list<Bytes> parts) {
  SHA256_CTX context;
  Digest digest;
  must(SHA256_Init(&context));
  for (Bytes part : parts) must(SHA256_Update(&context, part.data(), part.size()));
  must(SHA256_Final(digest.data(), &context));
  wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context});  // a part may have been a key
  return digest;
}

// HMAC: SHA-256 of the outer block and of the SHA-256 of the inner block and the message. Kept per key: how
// far the hash is after each of the two blocks.

namespace {

constexpr std::size_t hash_block = 64;

static_assert(std::is_same_v<SHA_LONG, std::uint32_t>);

struct HmacState {
  std::array<SHA_LONG, 8> inner, outer;
  bool in_batches;

  multi_buffer::HmacBlocks blocks() const { return {inner, outer}; }
};

std::array<SHA_LONG, 8> after_block(const Secret<hash_block>& key, std::uint8_t pad) {
  Secret<hash_block> block = key.duplicate();
  for (std::uint8_t& byte : block.fill()) byte ^= pad;
  SHA256_CTX context;
  must(SHA256_Init(&context));
  must(SHA256_Update(&context, block.reveal().data(), hash_block));
  const auto state = std::to_array(context.h);
  wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context});
  return state;
}

// A hash that has already taken one block.
class Resumed {
 public:
  explicit Resumed(const std::array<SHA_LONG, 8>& state) {
    must(SHA256_Init(&context_));
    std::ranges::copy(state, context_.h);
    context_.Nl = 8 * hash_block;
  }
  ~Resumed() { wipe({reinterpret_cast<std::uint8_t*>(&context_), sizeof context_}); }

  void take(Bytes part) { must(SHA256_Update(&context_, part.data(), part.size())); }
  void finish(Digest& digest) { must(SHA256_Final(digest.data(), &context_)); }

 private:
  SHA256_CTX context_;
};

}  // namespace

HmacSha256::HmacSha256(Bytes key) {
  Secret<hash_block> padded;
  if (key.size() <= hash_block) {
    copy(key, padded.fill());
  } else {
    Digest digest = sha256({key});
    copy(digest, padded.fill());
    wipe(digest);
  }
  make_in<HmacState>(key_) = {after_block(padded, 0x36), after_block(padded, 0x5c), engine() != Engine::openssl};
}

HmacSha256::~HmacSha256() { wipe(key_.bytes); }

Digest HmacSha256::mac(std::initializer_list<Bytes> parts) const {
  const auto& state = kept_in<HmacState>(key_);
  Digest digest;
  Resumed inner(state.inner), outer(state.outer);
  for (Bytes part : parts) inner.take(part);
  inner.finish(digest);
  outer.take(digest);
  outer.finish(digest);
  return digest;
}

void HmacSha256::sign(std::span<SealJob> jobs) const {
  const auto& state = kept_in<HmacState>(key_);
  sign_each(*this, jobs.subspan(state.in_batches ? multi_buffer::sign(state.blocks(), jobs) : 0));
}

void HmacSha256::check(std::span<OpenJob> jobs) const {
  const auto& state = kept_in<HmacState>(key_);
  check_each(*this, jobs.subspan(state.in_batches ? multi_buffer::check(state.blocks(), jobs) : 0));
}

void sign_sha256(std::span<SealJob> jobs, Bytes suffix) {
  sign_each(jobs.subspan(engine() != Engine::openssl ? multi_buffer::sign_sha256(jobs, suffix) : 0), suffix);
}

void check_sha256(std::span<OpenJob> jobs, Bytes suffix) {
  check_each(jobs.subspan(engine() != Engine::openssl ? multi_buffer::check_sha256(jobs, suffix) : 0), suffix);
}

// Ciphers. A null key in EVP_CipherInit_ex keeps the schedule and sets only the IV.

namespace {

// Found by name once; a context only takes a reference. Never freed: contexts may live until exit.
EVP_CIPHER* fetch(const char* name) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  require(cipher != nullptr);
  return cipher;
}

EVP_CIPHER_CTX* keyed(const EVP_CIPHER* cipher, Bytes key, int encrypting) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  require(context != nullptr);
  must(EVP_CipherInit_ex(context, cipher, nullptr, key.data(), nullptr, encrypting));
  must(EVP_CIPHER_CTX_set_padding(context, 0));  // padding belongs to the protocol
  return context;
}

void update(EVP_CIPHER_CTX* context, MutBytes text) {
  if (text.empty()) return;
  int written = 0;
  must(EVP_CipherUpdate(context, text.data(), &written, text.data(), int_size(text)));
}

struct CbcState {
  EVP_CIPHER_CTX *encrypt, *decrypt;  // AES has another schedule for each direction
  multi_buffer::CbcKey* batches;      // null where there is only OpenSSL
};

void run_cbc(EVP_CIPHER_CTX* context, Bytes iv, MutBytes text) {
  require(iv.size() == sizeof(Iv) && text.size() % 16 == 0);
  must(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv.data(), -1));
  update(context, text);
}

}  // namespace

AesCbc::AesCbc(const Secret<32>& key) {
  static EVP_CIPHER* const cipher = fetch("AES-256-CBC");
  make_in<CbcState>(key_) = {keyed(cipher, key.reveal(), 1), keyed(cipher, key.reveal(), 0),
                             multi_buffer::make_cbc_key(key)};
}

AesCbc::~AesCbc() {
  const auto& state = kept_in<CbcState>(key_);
  EVP_CIPHER_CTX_free(state.encrypt);  // wipes the schedule
  EVP_CIPHER_CTX_free(state.decrypt);
  multi_buffer::release(state.batches);
  wipe(key_.bytes);
}

void AesCbc::encrypt(Bytes iv, MutBytes text) const { run_cbc(kept_in<CbcState>(key_).encrypt, iv, text); }
void AesCbc::decrypt(Bytes iv, MutBytes text) const { run_cbc(kept_in<CbcState>(key_).decrypt, iv, text); }

void AesCbc::encrypt(std::span<SealJob> jobs) const {
  const auto* batches = kept_in<CbcState>(key_).batches;
  encrypt_each(*this, jobs.subspan(batches != nullptr ? multi_buffer::encrypt(*batches, jobs) : 0));
}

void AesCbc::decrypt(std::span<OpenJob> jobs) const {
  const auto* batches = kept_in<CbcState>(key_).batches;
  decrypt_each(*this, jobs.subspan(batches != nullptr ? multi_buffer::decrypt(*batches, jobs) : 0));
}

namespace {

struct GcmState {
  // One of them. GCM encrypts counters in both directions, so one schedule serves both.
  alignas(multi_buffer::gcm_key_alignment) std::array<std::uint8_t, multi_buffer::gcm_key_size> room;
  EVP_CIPHER_CTX* context = nullptr;
  multi_buffer::GcmKey* fast = nullptr;  // in `room`
};

class GcmRun {
 public:
  GcmRun(const GcmState& state, int encrypting, Bytes iv, Bytes aad) : context_(state.context), iv_size_(int_size(iv)) {
    require(!iv.empty() && iv.size() <= AesGcm::iv_size_max);
    if (iv_size_ != usual_iv_size) expect_iv_size(iv_size_);
    must(EVP_CipherInit_ex(context_, nullptr, nullptr, nullptr, iv.data(), encrypting));
    int written = 0;
    if (!aad.empty()) must(EVP_CipherUpdate(context_, nullptr, &written, aad.data(), int_size(aad)));
  }
  ~GcmRun() {
    if (iv_size_ != usual_iv_size) expect_iv_size(usual_iv_size);
  }

  void crypt(MutBytes text) { update(context_, text); }
  void write_tag(MutBytes tag) {
    require(finish());
    must(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, AesGcm::tag_size, tag.data()));
  }
  bool has_tag(Bytes tag) {
    std::array<std::uint8_t, AesGcm::tag_size> expected;
    copy(tag, expected);  // the call wants it writable, and only reads it
    must(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, AesGcm::tag_size, expected.data()));
    return finish();
  }

 private:
  static constexpr int usual_iv_size = 12;  // what a context expects between jobs

  void expect_iv_size(int size) { must(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_IVLEN, size, nullptr)); }
  bool finish() {
    std::uint8_t nothing[16];
    int written = 0;
    return EVP_CipherFinal_ex(context_, nothing, &written) == 1;
  }

  EVP_CIPHER_CTX* context_;
  int iv_size_;
};

}  // namespace

AesGcm::AesGcm(Bytes key) {
  require(key.size() == 16 || key.size() == 32);
  auto& state = make_in<GcmState>(key_);
  state.fast = multi_buffer::make_gcm_key(key, state.room);
  if (state.fast != nullptr) return;
  static EVP_CIPHER* const aes128 = fetch("AES-128-GCM");
  static EVP_CIPHER* const aes256 = fetch("AES-256-GCM");
  state.context = keyed(key.size() == 16 ? aes128 : aes256, key, 1);
}

AesGcm::~AesGcm() {
  EVP_CIPHER_CTX_free(kept_in<GcmState>(key_).context);  // wipes the schedule
  wipe(key_.bytes);
}

void AesGcm::seal(std::span<SealJob> jobs) const {
  const auto& state = kept_in<GcmState>(key_);
  if (state.fast != nullptr) return multi_buffer::seal(*state.fast, jobs);
  for (SealJob& job : jobs) {
    require(job.tag.size() == tag_size);
    GcmRun run(state, 1, job.iv, job.aad);
    run.crypt(job.text);
    run.write_tag(job.tag);
  }
}

void AesGcm::open(std::span<OpenJob> jobs) const {
  const auto& state = kept_in<GcmState>(key_);
  if (state.fast != nullptr) return multi_buffer::open(*state.fast, jobs);
  for (OpenJob& job : jobs) {
    require(job.tag.size() == tag_size);
    GcmRun run(state, 0, job.iv, job.aad);
    run.crypt(job.text);
    job.authentic = run.has_tag(job.tag);
  }
}

// X25519. A handshake is rare enough to allocate.

namespace {

struct Release {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Pkey = std::unique_ptr<EVP_PKEY, Release>;

Pkey own(EVP_PKEY* key) {
  require(key != nullptr);
  return Pkey(key);
}

Pkey private_key(const Secret<32>& scalar) {
  return own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, scalar.reveal().data(), 32));
}

}  // namespace

void x25519_public(const Secret<32>& scalar, MutBytes public_key) {
  require(public_key.size() == 32);
  const Pkey mine = private_key(scalar);
  std::size_t size = public_key.size();
  must(EVP_PKEY_get_raw_public_key(mine.get(), public_key.data(), &size));
}

bool x25519(const Secret<32>& scalar, Bytes peer_public_key, Secret<32>& shared) {
  require(peer_public_key.size() == 32);
  const Pkey mine = private_key(scalar);
  const Pkey peer = own(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer_public_key.data(), 32));
  const std::unique_ptr<EVP_PKEY_CTX, Release> exchange(EVP_PKEY_CTX_new_from_pkey(nullptr, mine.get(), nullptr));
  require(exchange != nullptr);
  must(EVP_PKEY_derive_init(exchange.get()));
  must(EVP_PKEY_derive_set_peer(exchange.get(), peer.get()));

  // The library refuses exactly the result that is all zero, and leaves an entry in the thread's error
  // queue that the next user of the library would take for its own.
  Secret<32> result;
  std::size_t size = 32;
  ERR_set_mark();
  const bool good = EVP_PKEY_derive(exchange.get(), result.fill().data(), &size) == 1;
  ERR_pop_to_mark();
  if (good) shared = std::move(result);
  return good;
}

}  // namespace tacit::crypto
