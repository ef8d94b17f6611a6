#include <new>
#include <type_traits>

#include "tacit/crypto/backend/engine.hpp"
#include "tacit/crypto/backend/ipsec_mb.hpp"

namespace tacit::crypto::multi_buffer {

namespace {

// The library's functions for one size of key.
struct GcmCalls {
  aes_gcm_enc_dec_t encrypt, decrypt;
  aes_gcm_init_var_iv_t begin;  // an IV that is not 12 bytes
  aes_gcm_enc_dec_update_t encrypt_more, decrypt_more;
  aes_gcm_enc_dec_finalize_t encrypt_tag, decrypt_tag;
};

GcmCalls calls_for(std::size_t key_size) {
  const Manager& of = library();
  if (key_size == 16) {
    return {of->gcm128_enc,        of->gcm128_dec,          of->gcm128_init_var_iv, of->gcm128_enc_update,
            of->gcm128_dec_update, of->gcm128_enc_finalize, of->gcm128_dec_finalize};
  }
  return {of->gcm256_enc,        of->gcm256_dec,          of->gcm256_init_var_iv, of->gcm256_enc_update,
          of->gcm256_dec_update, of->gcm256_enc_finalize, of->gcm256_dec_finalize};
}

// The library takes no null pointer, not even for nothing.
template <class Byte> Byte* start_of(std::span<Byte> bytes) {
  static std::uint8_t nothing = 0;
  return bytes.empty() ? &nothing : bytes.data();
}

}  // namespace

// The context has a piece of the key stream after a packet, so it lies here and is wiped with the key.
struct GcmKey {
  alignas(gcm_key_alignment) gcm_key_data schedule;
  gcm_context_data context;
  GcmCalls calls;
};
static_assert(sizeof(GcmKey) <= gcm_key_size && alignof(GcmKey) == gcm_key_alignment);
static_assert(std::is_trivially_destructible_v<GcmKey>);

GcmKey* make_gcm_key(Bytes key, MutBytes room) {
  if (engine() != Engine::ipsec_mb) return nullptr;
  require(room.size() >= sizeof(GcmKey));
  auto* const made = new (room.data()) GcmKey;  // a context is the library's, which begins it with each packet
  made->calls = calls_for(key.size());
  (key.size() == 16 ? library()->gcm128_pre : library()->gcm256_pre)(key.data(), &made->schedule);
  return made;
}

namespace {

constexpr std::size_t usual_iv_size = 12;

void check_sizes(Bytes iv, Bytes tag) {
  require(!iv.empty() && iv.size() <= AesGcm::iv_size_max && tag.size() == AesGcm::tag_size);
}

void begin(GcmKey& key, Bytes iv, Bytes aad) {
  key.calls.begin(&key.schedule, &key.context, iv.data(), iv.size(), start_of(aad), aad.size());
}

void encrypt(GcmKey& key, const AesGcm::SealJob& job) {
  std::uint8_t* const text = start_of(job.text);
  if (job.iv.size() == usual_iv_size) {
    key.calls.encrypt(&key.schedule, &key.context, text, text, job.text.size(), job.iv.data(), start_of(job.aad),
                      job.aad.size(), job.tag.data(), job.tag.size());
    return;
  }
  begin(key, job.iv, job.aad);
  key.calls.encrypt_more(&key.schedule, &key.context, text, text, job.text.size());
  key.calls.encrypt_tag(&key.schedule, &key.context, job.tag.data(), job.tag.size());
}

void decrypt(GcmKey& key, const AesGcm::OpenJob& job, MutBytes tag) {
  std::uint8_t* const text = start_of(job.text);
  if (job.iv.size() == usual_iv_size) {
    key.calls.decrypt(&key.schedule, &key.context, text, text, job.text.size(), job.iv.data(), start_of(job.aad),
                      job.aad.size(), tag.data(), tag.size());
    return;
  }
  begin(key, job.iv, job.aad);
  key.calls.decrypt_more(&key.schedule, &key.context, text, text, job.text.size());
  key.calls.decrypt_tag(&key.schedule, &key.context, tag.data(), tag.size());
}

}  // namespace

void seal(GcmKey& key, std::span<AesGcm::SealJob> jobs) {
  for (AesGcm::SealJob& job : jobs) {
    check_sizes(job.iv, job.tag);
    encrypt(key, job);
  }
}

void open(GcmKey& key, std::span<AesGcm::OpenJob> jobs) {
  std::array<std::uint8_t, AesGcm::tag_size> expected{};
  for (AesGcm::OpenJob& job : jobs) {
    check_sizes(job.iv, job.tag);
    decrypt(key, job, expected);
    job.authentic = equal(expected, job.tag);
  }
  wipe(expected);  // of a forgery it is the tag that would have been right
}

}  // namespace tacit::crypto::multi_buffer
