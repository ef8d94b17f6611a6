#pragma once
#include "tacit/crypto/crypto.hpp"

// What a key does with a batch where nothing computes several packets at once.
namespace tacit::crypto {

inline void encrypt_each(const AesCbc& key, std::span<SealJob> jobs) {
  for (SealJob& job : jobs) key.encrypt(job.iv, job.text);
}

inline void decrypt_each(const AesCbc& key, std::span<OpenJob> jobs) {
  for (OpenJob& job : jobs) {
    if (job.authentic) key.decrypt(job.iv, job.text);
  }
}

inline void sign_each(const HmacSha256& key, std::span<SealJob> jobs) {
  for (SealJob& job : jobs) {
    require(job.mac.size() == sizeof(Digest));
    copy(key.mac({job.authenticated}), job.mac);
  }
}

inline void check_each(const HmacSha256& key, std::span<OpenJob> jobs) {
  for (OpenJob& job : jobs) job.authentic = equal(key.mac({job.authenticated}), job.mac);
}

inline void sign_each(std::span<SealJob> jobs, Bytes suffix) {
  for (SealJob& job : jobs) {
    require(job.mac.size() == sizeof(Digest));
    copy(sha256({job.authenticated, suffix}), job.mac);
  }
}

inline void check_each(std::span<OpenJob> jobs, Bytes suffix) {
  for (OpenJob& job : jobs) job.authentic = equal(sha256({job.authenticated, suffix}), job.mac);
}

}  // namespace tacit::crypto
