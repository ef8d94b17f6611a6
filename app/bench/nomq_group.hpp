#pragma once
#include "tacit/base/secret.hpp"
#include "tacit/crypto/crypto.hpp"

namespace tacit::app::bench {

// What the nodes of one run share: keys that nobody else has, and a port that hardly anybody else uses, so that neither
// another run on this machine nor the owner's own nodes meet them. The other port is as rare, for who is behind a
// relay.
struct NomqGroup {
  explicit NomqGroup(crypto::Random&);

  Secret<32> encryption, mac;
  std::uint16_t port, other_port;
};

}  // namespace tacit::app::bench
