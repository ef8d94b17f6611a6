// Both sides of a handshake come to the same keys and macs, and to others where anything at all is another.
// The original's own numbers are in spec/vectors/usmp.json, which the conformance tests run.
#include "tacit/usmp/keys.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tacit::usmp {
namespace {

Secret<32> secret(std::uint8_t fill) {
  Secret<32> made;
  std::memset(made.fill().data(), fill, 32);
  return made;
}

PublicKey public_of(const Secret<32>& scalar) {
  PublicKey key;
  crypto::x25519_public(scalar, key);
  return key;
}

Exchange exchange() { return {{7}, public_of(secret(1)), public_of(secret(2))}; }

bool same(const Secret<32>& a, const Secret<32>& b) { return crypto::equal(a.reveal(), b.reveal()); }

TEST(Keys, are_the_same_on_both_sides) {
  for (const Wire wire : {Wire::v1, Wire::v2}) {
    const auto client = agree(wire, secret(1), exchange().server, exchange());
    const auto server = agree(wire, secret(2), exchange().client, exchange());
    ASSERT_TRUE(client && server);
    EXPECT_TRUE(same(client->client_to_server, server->client_to_server));
    EXPECT_TRUE(same(client->server_to_client, server->server_to_client));
  }
}

TEST(Keys, of_version_2_differ_by_direction_and_those_of_version_1_do_not) {
  const auto two = agree(Wire::v2, secret(1), exchange().server, exchange());
  EXPECT_FALSE(same(two->of(Role::client), two->of(Role::server)));
  const auto one = agree(Wire::v1, secret(1), exchange().server, exchange());
  EXPECT_TRUE(same(one->of(Role::client), one->of(Role::server)));
  EXPECT_FALSE(same(one->of(Role::client), two->of(Role::client)));
}

TEST(Keys, are_others_after_any_other_handshake) {
  const auto keys = agree(Wire::v2, secret(1), exchange().server, exchange());
  const std::function<void(Exchange&)> changes[] = {
      [](Exchange& e) { e.nonce[31] ^= 1; }, [](Exchange& e) { e.client[0] ^= 1; },
      [](Exchange& e) { e.server[31] ^= 1; }, [](Exchange& e) { std::swap(e.client, e.server); }};
  for (const auto& change : changes) {
    Exchange other = exchange();
    change(other);
    const auto others = agree(Wire::v2, secret(1), exchange().server, other);
    EXPECT_FALSE(same(keys->client_to_server, others->client_to_server));
    EXPECT_FALSE(same(keys->server_to_client, others->server_to_client));
  }
}

TEST(Keys, of_a_peer_that_makes_the_secret_zero_are_refused) {
  for (const std::uint8_t point : {std::uint8_t{0}, std::uint8_t{1}}) {  // of small order
    EXPECT_EQ(agree(Wire::v2, secret(1), PublicKey{point}, exchange()).error(), Reason::weak_key);
    EXPECT_EQ(agree(Wire::v1, secret(1), PublicKey{point}, exchange()).error(), Reason::weak_key);
  }
}

TEST(Keys, after_a_rekey_depend_on_who_began_and_on_its_salt) {
  const auto keys = agree(Wire::v2, secret(1), exchange().server, exchange());
  const auto after = rekeyed(*keys, Role::client, {1}, secret(9).reveal());
  EXPECT_FALSE(same(after.client_to_server, after.server_to_client));
  EXPECT_FALSE(same(after.client_to_server, keys->client_to_server));
  EXPECT_FALSE(same(after.client_to_server, rekeyed(*keys, Role::server, {1}, secret(9).reveal()).client_to_server));
  EXPECT_FALSE(same(after.client_to_server, rekeyed(*keys, Role::client, {2}, secret(9).reveal()).client_to_server));
  EXPECT_FALSE(same(after.client_to_server, rekeyed(*keys, Role::client, {1}, secret(8).reveal()).client_to_server));
}

TEST(Transcript, begins_as_its_frame_in_version_2_and_with_the_nonce_in_version_1) {
  const auto client = Transcript::of_client(Wire::v2, exchange(), {1, 2, 3, 4, 5, 6});
  ASSERT_EQ(client.bytes().size(), 106u);
  constexpr std::uint8_t front[] = {0xCD, 0xAB, 0x02, 0x03, 7};
  EXPECT_EQ(std::memcmp(client.bytes().data(), front, sizeof front), 0);
  const auto server = Transcript::of_server(Wire::v2, exchange(), {});
  ASSERT_EQ(server.bytes().size(), 116u);
  EXPECT_EQ(server.bytes()[3], 4);
  EXPECT_EQ(Transcript::of_client(Wire::v1, exchange(), {}).bytes().size(), 102u);
  EXPECT_EQ(Transcript::of_server(Wire::v1, exchange(), {}).bytes().size(), 112u);
  EXPECT_EQ(Transcript::of_server(Wire::v1, exchange(), {}).bytes()[0], 7);
}

TEST(Transcript, is_proven_by_its_own_mac_under_its_own_key_alone) {
  const auto psk = *Psk::of(bytes_of("sixteen bytes ok"));
  const auto transcript = Transcript::of_client(Wire::v2, exchange(), {1});
  const HandshakeMac good = transcript.mac(psk);
  EXPECT_TRUE(transcript.proves(psk, good));
  EXPECT_FALSE(transcript.proves(*Psk::of(bytes_of("sixteen bytes OK")), good));
  EXPECT_FALSE(Transcript::of_client(Wire::v2, exchange(), {2}).proves(psk, good));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    HandshakeMac bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(transcript.proves(psk, bad));
  }
}

TEST(Psk, has_sixteen_bytes_at_least) {
  const std::string text(64, 'k');
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto psk = Psk::of(bytes_of(text).first(size));
    ASSERT_EQ(psk.has_value(), size >= 16) << size;
    if (psk) {
      EXPECT_EQ(text_of(psk->duplicate().reveal()), text.substr(0, size));
    } else {
      EXPECT_EQ(psk.error(), Reason::weak_key);
    }
  }
}

TEST(Psk, of_any_greater_length_makes_the_macs_of_hmac) {
  const auto transcript = Transcript::of_client(Wire::v2, exchange(), {});
  for (const std::size_t size : {16u, 32u, 64u, 65u, 200u}) {
    const std::string text(size, 'k');
    EXPECT_EQ(transcript.mac(*Psk::of(bytes_of(text))), crypto::HmacSha256(bytes_of(text)).mac({transcript.bytes()}));
  }
}

}  // namespace
}  // namespace tacit::usmp
