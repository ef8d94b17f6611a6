// A cookie is worth something to the one client that it was made for, for half a minute to a minute.
#include "tacit/usmp/cookie.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tacit::usmp {
namespace {

using namespace literals;

struct Client {
  Endpoint address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 7}, 40'000, 0};
  Hello hello{{1, 2, 3, 4, 5, 6}, {9}, {}};
};

class CookieTest : public testing::Test {
 protected:
  // Whether the cookie that `client` got at `made` is accepted from `other` at `shown`.
  bool accepted(const Client& client, Instant made, Client other, Instant shown) const {
    other.hello.cookie = cookies_.make(client.address, client.hello, made);
    return cookies_.accepts(other.address, other.hello, shown);
  }

  Secret<32> secret_{Bytes(std::array<std::uint8_t, 32>{5})};
  Cookies cookies_{secret_};
  Instant start_ = Instant{} + 30_s * 1'000;  // the beginning of a period
};

TEST_F(CookieTest, is_accepted_for_30_to_60_seconds) {
  const Client client;
  for (const Duration into_the_period : {0_us, 15_s, 29'999'999_us}) {
    const Instant made = start_ + into_the_period;
    EXPECT_TRUE(accepted(client, made, client, made));
    EXPECT_TRUE(accepted(client, made, client, made + 30_s));
    EXPECT_FALSE(accepted(client, made, client, made + 60_s));
    EXPECT_FALSE(accepted(client, made, client, made - 30_s));
  }
}

TEST_F(CookieTest, is_of_one_address_device_and_public_key) {
  const Client client;
  const std::function<void(Client&)> changes[] = {
      [](Client& c) { c.address.ip[15] ^= 1; }, [](Client& c) { c.address.port ^= 1; },
      [](Client& c) { c.address.interface = 1; }, [](Client& c) { c.hello.device[5] ^= 1; },
      [](Client& c) { c.hello.public_key[31] ^= 1; }};
  for (const auto& change : changes) {
    Client other = client;
    change(other);
    EXPECT_FALSE(accepted(client, start_, other, start_));
  }
}

TEST_F(CookieTest, has_no_wrong_bit_and_is_there) {
  Client client;
  EXPECT_FALSE(cookies_.accepts(client.address, client.hello, start_));
  const Cookie good = cookies_.make(client.address, client.hello, start_);
  for (std::size_t bit = 0; bit < 128; ++bit) {
    client.hello.cookie = good;
    (*client.hello.cookie)[bit / 8] = static_cast<std::uint8_t>(good[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(cookies_.accepts(client.address, client.hello, start_));
  }
}

TEST_F(CookieTest, of_another_server_is_refused) {
  Client client;
  client.hello.cookie = Cookies(Secret<32>()).make(client.address, client.hello, start_);
  EXPECT_FALSE(cookies_.accepts(client.address, client.hello, start_));
}

TEST_F(CookieTest, is_made_from_the_first_instant_on) {
  const Client client;
  EXPECT_TRUE(accepted(client, {0}, client, {0}));
  EXPECT_TRUE(accepted(client, {0}, client, {30'000'000}));
}

}  // namespace
}  // namespace tacit::usmp
