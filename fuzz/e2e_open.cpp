// A packet from a broker that knows neither key nor manners, or from a key holder without manners: bytes as they are,
// and the same bytes sealed as a plaintext.
//
// Asserted: what is opened was sealed here, lies inside of the packet, and is opened once.
#include <vector>

#include "fuzz/seeded_random.hpp"
#include "tacit/e2e/envelope.hpp"

namespace {

using namespace tacit;
using namespace tacit::e2e;

constexpr PacketTime now(1'763'990'438'000'000'000);

std::vector<std::uint8_t> sealed(Bytes text, const Key& key) {
  const crypto::AesGcm gcm(key.reveal());
  std::vector<std::uint8_t> packet(iv_size + text.size() + tag_size);
  copy(iv_of(now, {}), packet);
  copy(text, MutBytes(packet).subspan(iv_size));
  crypto::AesGcm::SealJob job{Bytes(packet).first(iv_size), bytes_of(default_aad),
                              MutBytes(packet).subspan(iv_size, text.size()), MutBytes(packet).last(tag_size)};
  gcm.seal({&job, 1});
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<Seen::Packet, 4> packets;
  std::array<Seen::Packet*, 4> oldest, buckets{};
  fuzz::SeededRandom random;
  const Key key;
  Envelope envelope(key, {.packet_max = 100'000}, {packets, oldest, buckets}, random);

  std::vector<std::uint8_t> raw(data, data + size);
  require(!envelope.open("topic", raw, now));

  for (const bool first : {true, false}) {
    auto packet = sealed({data, size}, key);
    const auto opened = envelope.open("topic", packet, now);
    if (!opened) continue;
    require(first && data[0] == packet_version);
    const Bytes message = opened->message();
    require(message.size() == static_cast<std::size_t>(data[1] << 8 | data[2]) && message.size() + header_size <= size);
    require(std::memcmp(message.data(), data + header_size, message.size()) == 0 || message.empty());
  }
  return 0;
}
