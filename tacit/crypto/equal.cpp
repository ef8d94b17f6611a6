#include "tacit/crypto/crypto.hpp"

namespace tacit::crypto {

// Every byte is looked at, whatever the earlier ones said. `volatile` keeps the optimiser from leaving the
// loop once the answer is known.
bool equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace tacit::crypto
