#include <valgrind/memcheck.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tacit/crypto/hkdf.hpp"
#include "tacit/nomq/packet.hpp"
#include "tacit/nomq/suffix_cipher.hpp"
#include "tacit/usmp/cookie.hpp"
#include "tacit/usmp/sealed.hpp"

// What takes a time that depends on a secret tells the secret. This program runs under valgrind's memcheck, for which
// secrets are memory that nobody has written: a branch or an address that depends on one is an error.
//
// constant_time NAME runs one of the checks; CMakeLists.txt says which. `a_planted_branch` is one that must fail.
namespace tacit {

// The linker puts these in the place of two functions, because what they are given or give is for all to see, however
// it was computed: the answer of a comparison, and the ciphertext that a checksum is made of.

namespace crypto {

bool real_equal(Bytes, Bytes) asm("__real__ZN5tacit6crypto5equalESt4spanIKhLm18446744073709551615EES3_");
bool known_equal(Bytes, Bytes) asm("__wrap__ZN5tacit6crypto5equalESt4spanIKhLm18446744073709551615EES3_");

bool known_equal(Bytes a, Bytes b) {
  bool answer = real_equal(a, b);
  VALGRIND_MAKE_MEM_DEFINED(&answer, sizeof answer);
  return answer;
}

}  // namespace crypto

namespace usmp {

void real_encode_crc(MutBytes) asm("__real__ZN5tacit4usmp10encode_crcESt4spanIhLm18446744073709551615EE");
void known_encode_crc(MutBytes) asm("__wrap__ZN5tacit4usmp10encode_crcESt4spanIhLm18446744073709551615EE");

void known_encode_crc(MutBytes frame) {
  VALGRIND_MAKE_MEM_DEFINED(frame.data(), frame.size());
  real_encode_crc(frame);
}

}  // namespace usmp

namespace test {
namespace {

using Buffer = std::vector<std::uint8_t>;

void hide(Bytes bytes) { VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()); }
void tell(Bytes bytes) { VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size()); }

template <std::size_t N> Secret<N> secret() {
  Secret<N> made;
  for (std::uint8_t& byte : made.fill()) byte = 0x5a;
  hide(made.reveal());
  return made;
}

Buffer hidden(std::size_t size) {
  Buffer bytes(size, 0x33);
  hide(bytes);
  return bytes;
}

// Batches of this size go where many packets are computed at once.
constexpr std::size_t batch = 5;

void a_comparison() {
  Buffer one = hidden(32), other = hidden(32);
  require(crypto::equal(one, other));
  other[7] ^= 1;
  require(!crypto::equal(one, other));
}

void a_secret_that_is_moved_copied_and_wiped() {
  Secret<32> one = secret<32>();
  Secret<32> other = one.duplicate();
  one = std::move(other);
  require(crypto::equal(one.reveal(), secret<32>().reveal()));
}

void hashes_and_derived_keys() {
  Buffer out(100);
  const Secret<32> key = crypto::hkdf_extract(hidden(16), hidden(40));
  crypto::hkdf_expand(key, hidden(3), out);
  crypto::sha256({hidden(100), secret<32>().reveal()});
  crypto::HmacSha256(hidden(100)).mac({hidden(70)});
}

void a_key_exchange() {
  std::array<std::uint8_t, 32> mine{};
  crypto::x25519_public(secret<32>(), mine);
  tell(mine);
  Secret<32> shared;
  require(crypto::x25519(secret<32>(), mine, shared));
}

nomq::Header nomq_header() {
  nomq::Header header;
  header.type = nomq::PacketType::publish;
  header.sent_at_s = 1'800'000'000;
  return header;
}

// Bodies are secret until they are opened; of forgeries nothing is ever looked at.
void packets_of_nomq(crypto::PacketCipher& cipher) {
  std::vector<Buffer> packets(batch, Buffer(nomq::sealed_size(50)));
  std::vector<crypto::SealJob> sealing;
  for (Buffer& packet : packets) sealing.push_back(nomq::begin_seal(nomq_header(), hidden(50), {}, packet));
  cipher.seal(sealing);
  for (Buffer& packet : packets) tell(packet);

  packets[1].back() ^= 1;
  packets[3][packets[3].size() - 40] ^= 1;
  std::vector<crypto::OpenJob> opening;
  for (Buffer& packet : packets) opening.push_back(*nomq::begin_open(packet));
  cipher.open(opening);
  for (std::size_t n = 0; n < batch; ++n) {
    const bool forged = n == 1 || n == 3;
    if (forged) hide(opening[n].text);
    if (!forged) tell(opening[n].text);  // its padding is the sender's, who has the key
    const auto opened = nomq::finish_open(opening[n], {.now_s = 1'800'000'000});
    require(forged ? opened.error() == Reason::bad_mac : opened.has_value());
  }
}

void packets_of_nomq_v1() {
  crypto::CbcHmac cipher(secret<32>(), secret<32>());
  packets_of_nomq(cipher);
}

void packets_of_nomq_legacy() {
  nomq::SuffixCipher cipher(secret<32>(), secret<32>());
  packets_of_nomq(cipher);
}

void frames_of_usmp() {
  const crypto::AesGcm key(secret<32>().reveal());
  const usmp::SessionId session{};
  for (const bool forged : {false, true}) {
    Buffer bytes(usmp::sealed_size(50));
    usmp::Header header;
    header.type = usmp::FrameType::data;
    header.payload_size = static_cast<std::uint16_t>(bytes.size() - usmp::header_size);
    usmp::seal(key, session, header, hidden(50), bytes);
    tell(bytes);
    if (forged) bytes.back() ^= 1;
    if (forged) usmp::encode_crc(bytes);
    const auto frame = usmp::decode_datagram(bytes, usmp::Wires::v2);
    require(frame.has_value());
    const auto opened = usmp::open(key, session, *frame);
    require(forged ? opened.error() == Reason::bad_mac : opened.has_value());
  }
}

// With a key of 128 bits, as mqtt-e2e has it, and once with an IV that is not 12 bytes.
void packets_of_gcm() {
  const crypto::AesGcm key(secret<16>().reveal());
  for (const std::size_t iv_size : {std::size_t{12}, std::size_t{20}}) {
    const Buffer iv(iv_size);
    Buffer text = hidden(50), tag(16);
    crypto::AesGcm::SealJob sealing{iv, {}, text, tag};
    key.seal({&sealing, 1});
    tell(tag);
    tag[0] ^= 1;
    crypto::AesGcm::OpenJob opening{iv, {}, text, tag};
    key.open({&opening, 1});
    require(!opening.authentic);
  }
}

void cookies() {
  const usmp::Cookies made_with(secret<32>());
  const Endpoint client{};
  usmp::Hello hello;
  hello.cookie = made_with.make(client, hello, Instant{});
  tell(*hello.cookie);
  require(made_with.accepts(client, hello, Instant{}));
  (*hello.cookie)[3] ^= 1;
  require(!made_with.accepts(client, hello, Instant{}));
}

// How a comparison must not be written.
void a_planted_branch() {
  const Buffer one = hidden(32), other = hidden(32);
  require(std::ranges::equal(one, other));
}

struct Check {
  std::string_view name;
  void (*run)();
};
constexpr Check checks[] = {
    {"a_comparison", a_comparison},
    {"a_secret_that_is_moved_copied_and_wiped", a_secret_that_is_moved_copied_and_wiped},
    {"hashes_and_derived_keys", hashes_and_derived_keys},
    {"a_key_exchange", a_key_exchange},
    {"packets_of_nomq_v1", packets_of_nomq_v1},
    {"packets_of_nomq_legacy", packets_of_nomq_legacy},
    {"frames_of_usmp", frames_of_usmp},
    {"packets_of_gcm", packets_of_gcm},
    {"cookies", cookies},
    {"a_planted_branch", a_planted_branch},
};

}  // namespace
}  // namespace test
}  // namespace tacit

int main(int count, char** words) {
  using namespace tacit::test;
  const auto* check = std::ranges::find(checks, count == 2 ? std::string_view(words[1]) : "", &Check::name);
  if (check == std::ranges::end(checks) || RUNNING_ON_VALGRIND == 0) {
    std::fputs("usage: valgrind constant_time NAME\n", stderr);
    return 2;
  }
  check->run();
  return 0;
}
