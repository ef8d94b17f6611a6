#include "tacit/crypto/hkdf.hpp"

#include <algorithm>

namespace tacit::crypto {

Secret<32> hkdf_extract(Bytes salt, Bytes input) {
  Digest digest = HmacSha256(salt).mac({input});
  Secret<32> key{Bytes(digest)};
  wipe(digest);
  return key;
}

// T(n) = HMAC(key, T(n-1) | info | n), with T(0) empty; the output is T(1) | T(2) | ..., cut to size.
void hkdf_expand(const Secret<32>& key, Bytes info, MutBytes out) {
  require(out.size() <= 255 * sizeof(Digest));
  const HmacSha256 hmac(key.reveal());
  Digest block{};
  Bytes previous;
  for (std::uint8_t n = 1; !out.empty(); ++n) {
    block = hmac.mac({previous, info, Bytes(&n, 1)});
    const auto size = std::min(out.size(), block.size());
    copy(Bytes(block).first(size), out);
    out = out.subspan(size);
    previous = block;
  }
  wipe(block);
}

}  // namespace tacit::crypto
