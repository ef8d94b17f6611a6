#include "tacit/usmp/cookie.hpp"

namespace tacit::usmp {

namespace {

// What a cookie is over, besides the device and its key, in a fixed size: no two different inputs look the same.
struct Bound {
  std::uint64_t period = 0;
  std::array<std::uint8_t, 16> ip{};
  std::uint32_t interface = 0;
  std::uint16_t port = 0;
  static constexpr auto layout = wire::layout(wire::le<&Bound::period>, wire::raw<&Bound::ip>,
                                              wire::le<&Bound::interface>, wire::le<&Bound::port>);
};
static_assert(wire::size_of<Bound> == 30);

std::uint64_t period_at(Instant now) { return static_cast<std::uint64_t>(now.us / Cookies::lifetime_min.us); }

Cookie front_of(const crypto::Digest& digest) {
  Cookie cookie;
  copy(Bytes(digest).first(cookie.size()), cookie);
  return cookie;
}

}  // namespace

Cookie Cookies::make(const Endpoint& client, const Hello& hello, Instant now) const {
  return of_period(client, hello, period_at(now));
}

bool Cookies::accepts(const Endpoint& client, const Hello& hello, Instant now) const {
  if (!hello.cookie) return false;
  const std::uint64_t period = period_at(now);
  const bool of_this = crypto::equal(of_period(client, hello, period), *hello.cookie);
  const bool of_the_last = crypto::equal(of_period(client, hello, period - 1), *hello.cookie);
  return of_this || of_the_last;
}

Cookie Cookies::of_period(const Endpoint& client, const Hello& hello, std::uint64_t period) const {
  std::array<std::uint8_t, wire::size_of<Bound>> bound;
  wire::encode(Bound{period, client.ip, client.interface, client.port}, bound);
  return front_of(key_.mac({bound, hello.device, hello.public_key}));
}

Cookie original_cookie(const Secret<32>& secret, std::string_view address_and_bucket) {
  return front_of(crypto::HmacSha256(secret.reveal()).mac({bytes_of(address_and_bucket)}));
}

}  // namespace tacit::usmp
