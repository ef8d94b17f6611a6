// What the envelope of mqtt-e2e weighs on a chip that seals and opens with it: its memory of packets, its clock, and
// the topic that the key gives.
#include "tacit/e2e/envelope.hpp"
#include "tacit/e2e/topic.hpp"

#include <new>

namespace board {

extern const tacit::e2e::Key& key();
extern tacit::crypto::Random& random();

}  // namespace board

namespace {

using namespace tacit;

constexpr std::size_t packets = 32;
std::array<e2e::Seen::Packet, packets> seen;
std::array<e2e::Seen::Packet*, packets> oldest, buckets;
alignas(e2e::Envelope) std::array<std::uint8_t, sizeof(e2e::Envelope)> place;
e2e::Envelope& envelope() { return *std::launder(reinterpret_cast<e2e::Envelope*>(place.data())); }
alignas(e2e::TopicBase) std::array<std::uint8_t, sizeof(e2e::TopicBase)> base;

}  // namespace

extern "C" {

void probe_begin() {
  new (place.data()) e2e::Envelope(board::key(), {}, {seen, oldest, buckets}, board::random());
  new (base.data()) e2e::TopicBase(envelope().key());
}
std::size_t probe_seal(const std::uint8_t* message, std::size_t size, std::uint8_t* out, const UnixTime* now) {
  const auto sealed = envelope().seal({}, {message, size}, *now, {out, e2e::packet_max});
  return sealed ? sealed->size : 0;
}
std::size_t probe(std::uint8_t* packet, std::size_t size, const UnixTime* now) {
  const auto opened = envelope().open({}, {packet, size}, *now);
  return opened ? opened->message().size() : 0;
}
}
