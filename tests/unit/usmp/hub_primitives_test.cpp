// Goal: how much a server computes does not tell a stranger whether a device exists. Method: the linker puts counting
// functions before the primitives (--wrap in CMakeLists.txt), and counts are compared, never times.
#include <gtest/gtest.h>

#include "tests/support/usmp_hub_bench.hpp"

namespace tacit::crypto {

struct Count {
  unsigned public_keys = 0, shared_secrets = 0, macs = 0;
  friend bool operator==(const Count&, const Count&) = default;
};
static Count count;

// Their names for the linker are those of x25519_public(), x25519() and HmacSha256::mac().
void real_public(const Secret<32>&, MutBytes) asm(
    "__real__ZN5tacit6crypto13x25519_publicERKNS_6SecretILm32EEESt4spanIhLm18446744073709551615EE");
bool real_x25519(const Secret<32>&, Bytes, Secret<32>&) asm(
    "__real__ZN5tacit6crypto6x25519ERKNS_6SecretILm32EEESt4spanIKhLm18446744073709551615EERS2_");
Digest real_mac(const HmacSha256*, std::initializer_list<Bytes>) asm(
    "__real__ZNK5tacit6crypto10HmacSha2563macESt16initializer_listISt4spanIKhLm18446744073709551615EEE");

void counted_public(const Secret<32>&, MutBytes) asm(
    "__wrap__ZN5tacit6crypto13x25519_publicERKNS_6SecretILm32EEESt4spanIhLm18446744073709551615EE");
bool counted_x25519(const Secret<32>&, Bytes, Secret<32>&) asm(
    "__wrap__ZN5tacit6crypto6x25519ERKNS_6SecretILm32EEESt4spanIKhLm18446744073709551615EERS2_");
Digest counted_mac(const HmacSha256*, std::initializer_list<Bytes>) asm(
    "__wrap__ZNK5tacit6crypto10HmacSha2563macESt16initializer_listISt4spanIKhLm18446744073709551615EEE");

void counted_public(const Secret<32>& scalar, MutBytes public_key) {
  ++count.public_keys;
  real_public(scalar, public_key);
}
bool counted_x25519(const Secret<32>& scalar, Bytes peer, Secret<32>& shared) {
  ++count.shared_secrets;
  return real_x25519(scalar, peer, shared);
}
Digest counted_mac(const HmacSha256* key, std::initializer_list<Bytes> parts) {
  ++count.macs;
  return real_mac(key, parts);
}

}  // namespace tacit::crypto

namespace tacit::test {
namespace {

using namespace usmp;
using crypto::count;

constexpr std::string_view key = "a key of thirty-two bytes, or so", other_key = "another key, as long as the first";
const Endpoint home = usmp_address(1), away = usmp_address(2);

struct Computed : ::testing::TestWithParam<Wire> {
  // For one handshake: up to the CHALLENGE, and from the HELLO_ACK on. What the device computes is not in it.
  std::array<crypto::Count, 2> of(UsmpDevice& device, const Endpoint& at = home) {
    count = {};
    const auto challenged = bench.challenge(device, at);
    const crypto::Count until_challenge = count;
    const Buffer proof = device.hello_ack(*challenged);
    count = {};
    bench.hear(at, proof);
    return {until_challenge, count};
  }

  HubBench<> bench{HubConfig{.wire1 = true}};
};

TEST_P(Computed, an_unknown_device_costs_what_a_wrong_key_costs) {
  UsmpDevice unknown(9, key, GetParam()), wrong(1, other_key, GetParam()), not_allowed(2, key, Wire::v1);
  bench.know(wrong, key, {}, true);
  bench.know(not_allowed, key, {}, false);
  const auto for_wrong = of(wrong);
  EXPECT_EQ(of(unknown), for_wrong);
  if (GetParam() == Wire::v1) { EXPECT_EQ(of(not_allowed), for_wrong); }
  EXPECT_EQ(for_wrong[0].public_keys, 1u);
  EXPECT_EQ(for_wrong[1].shared_secrets, 0u);
}

TEST_P(Computed, a_device_with_two_keys_costs_up_to_its_proof_what_one_with_one_costs) {
  UsmpDevice one(1, key, GetParam()), two(2, key, GetParam());
  bench.know(one, key, {}, true);
  bench.know(two, other_key, {}, true);
  bench.know(two, key, {}, true);
  EXPECT_EQ(of(one), of(two, away));
  EXPECT_EQ(bench.hub.sessions(), 2u);
}

TEST_P(Computed, nothing_but_a_cookie_is_computed_for_an_address_that_proved_nothing) {
  UsmpDevice lamp(1, key, Wire::v2);
  count = {};
  for (int i = 0; i < 10; ++i) bench.hear(home, lamp.hello());
  EXPECT_EQ(count.macs, 10u);
  EXPECT_EQ(count.public_keys, 0u);
}

INSTANTIATE_TEST_SUITE_P(Versions, Computed, ::testing::Values(Wire::v1, Wire::v2));

}  // namespace
}  // namespace tacit::test
