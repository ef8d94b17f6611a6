#include "tacit/crypto/crypto.hpp"

namespace tacit::crypto {

// Where the bytes are wrong the caller made a mistake, not a peer: sizes off the wire are checked before.
void CbcHmac::seal(std::span<SealJob> jobs) {
  for (SealJob& job : jobs) {
    require(job.mac.size() == sizeof(Digest));
    cbc_.encrypt(job.iv, job.text);
    copy(hmac_.mac({job.authenticated}), job.mac);
  }
}

void CbcHmac::open(std::span<OpenJob> jobs) {
  for (OpenJob& job : jobs) {
    job.authentic = equal(hmac_.mac({job.authenticated}), job.mac);
    if (job.authentic) cbc_.decrypt(job.iv, job.text);
  }
}

}  // namespace tacit::crypto
