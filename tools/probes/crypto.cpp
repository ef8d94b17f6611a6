// What the crypto library weighs where a chip uses every primitive that a protocol here needs.
#include "tacit/crypto/crypto.hpp"
#include "tacit/crypto/hkdf.hpp"

namespace board {

extern const tacit::Secret<32> encryption, authentication, scalar;

}  // namespace board

namespace {

using namespace tacit;

crypto::SealJob sealing;
crypto::OpenJob opening;
crypto::AesGcm::SealJob gcm_sealing;
crypto::AesGcm::OpenJob gcm_opening;

}  // namespace

extern "C" bool probe(std::uint8_t* bytes) {
  const MutBytes out(bytes, 32);
  crypto::CbcHmac cipher(board::encryption, board::authentication);
  cipher.seal({&sealing, 1});
  cipher.open({&opening, 1});
  const crypto::AesGcm gcm(board::encryption.reveal());
  gcm.seal({&gcm_sealing, 1});
  gcm.open({&gcm_opening, 1});
  copy(crypto::sha256({out}), out);
  Secret<32> shared;
  crypto::x25519_public(board::scalar, out);
  return crypto::x25519(board::scalar, out, shared) && crypto::equal(shared.reveal(), out);
}
