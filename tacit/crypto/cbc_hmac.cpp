#include "tacit/crypto/crypto.hpp"

namespace tacit::crypto {

void CbcHmac::seal(std::span<SealJob> jobs) {
  cbc_.encrypt(jobs);
  hmac_.sign(jobs);
}

// All is checked before anything is decrypted, and what is refused stays as it came.
void CbcHmac::open(std::span<OpenJob> jobs) {
  hmac_.check(jobs);
  cbc_.decrypt(jobs);
}

}  // namespace tacit::crypto
