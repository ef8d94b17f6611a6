#pragma once
#include "tacit/base/endpoint.hpp"
#include "tacit/base/time.hpp"
#include "tacit/usmp/handshake_messages.hpp"

// Cookies: who sends a HELLO has to show that it hears what is sent to its address, before a server computes or keeps
// anything for it. Specification section 4.
namespace tacit::usmp {

// The server's own. They bind the address, the device, its public key and the time, which is the server's tick: no
// clock of the peer's and no wall clock has a part in it. To the client they are opaque.
class Cookies {
 public:
  explicit Cookies(const Secret<32>& secret) : key_(secret.reveal()) {}

  static constexpr Duration lifetime_min{30'000'000};  // and at most twice that

  Cookie make(const Endpoint& client, const Hello&, Instant now) const;
  // Whether hello.cookie is one that make() gave for the same client and HELLO, not too long ago. In constant time.
  [[nodiscard]] bool accepts(const Endpoint& client, const Hello&, Instant now) const;

 private:
  Cookie of_period(const Endpoint& client, const Hello&, std::uint64_t period) const;

  crypto::HmacSha256 key_;
};

// The original's cookie, for who has to explain a capture: it binds "ip:port:bucket" and nothing else.
Cookie original_cookie(const Secret<32>& secret, std::string_view address_and_bucket);

}  // namespace tacit::usmp
