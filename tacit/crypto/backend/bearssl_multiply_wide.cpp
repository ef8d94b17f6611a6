#include "tacit/crypto/backend/bearssl_multiply.hpp"

namespace tacit::crypto {

const br_ghash ghash = br_ghash_ctmul;
const br_ec_impl& curve25519 = br_ec_c25519_m31;

}  // namespace tacit::crypto
