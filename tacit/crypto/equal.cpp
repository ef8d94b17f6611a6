#include "tacit/crypto/crypto.hpp"

namespace tacit::crypto {

// Every byte is looked at, whatever the earlier ones said: the empty instruction may do anything with the sum, as far
// as the optimiser knows, so it has to have all of it.
bool equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  __asm__("" : "+r"(difference));
  return difference == 0;
}

}  // namespace tacit::crypto
