#include <algorithm>

#include "tacit/host/conformance/nomq_sections.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/nomq/body.hpp"
#include "tacit/nomq/suffix_cipher.hpp"

// The codec has no clock and no limits: it is asked what a packet says, and to say it again.
namespace tacit::host::conformance {
namespace {

using nomq::PacketType;
using nomq::Profile;

// Which packets a section holds.
struct Form {
  std::string_view section;
  crypto::PacketCipher& cipher;
  Profile reads, writes;  // the inner header: legacy reads both lengths, v1 writes 16 bytes and legacy 20
};

// Where a number does not fit its field no packet can say it.
template <class T> bool fits(std::int64_t number) { return number >= 0 && std::uint64_t(number) <= T(-1); }

bool fits_header(const PacketVector& v) {
  return fits<std::uint8_t>(v.type) && fits<std::uint8_t>(v.flags) && fits<std::uint32_t>(v.packet_id) &&
         fits<std::uint32_t>(v.session_id) && fits<std::uint16_t>(v.ttl_s) && fits<std::uint32_t>(v.timestamp_s) &&
         v.iv.size() == crypto::Iv{}.size() && v.channel_id.size() == nomq::ChannelId{}.size();
}

nomq::Header header_of(const PacketVector& v) {
  nomq::Header header;
  header.type = static_cast<PacketType>(v.type);
  header.flags = static_cast<std::uint8_t>(v.flags);
  header.id = static_cast<nomq::PacketId>(v.packet_id);
  header.session = static_cast<nomq::SessionId>(v.session_id);
  header.ttl_s = static_cast<std::uint16_t>(v.ttl_s);
  header.sent_at_s = static_cast<std::uint32_t>(v.timestamp_s);
  copy(v.iv, header.iv);
  copy(v.channel_id, header.channel);
  return header;
}

Result<nomq::Opened> open(MutBytes packet, crypto::PacketCipher& cipher) {
  auto job = nomq::begin_open(packet);
  if (!job) return job.error();
  const auto header = wire::decode<nomq::Header>(packet);
  cipher.open({&*job, 1});
  return nomq::finish_open(*job, {header->sent_at_s});  // the clock stands at the packet's own time
}

void compare_decoded(const PacketVector& v, const Form& form, Comparison& comparison) {
  ByteString packet = v.packet;
  const auto opened = open(packet, form.cipher);
  if (!opened) return comparison.text("decoding:", explain(opened.error()).name, "a packet");
  const nomq::Header& header = opened->header();
  comparison.number("type", static_cast<std::uint8_t>(header.type), v.type);
  comparison.number("flags", header.flags, v.flags);
  comparison.number("packet_id", static_cast<std::uint32_t>(header.id), v.packet_id);
  comparison.number("session_id", static_cast<std::uint32_t>(header.session), v.session_id);
  comparison.number("ttl", header.ttl_s, v.ttl_s);
  comparison.bytes("iv", header.iv, v.iv);
  comparison.number("timestamp", header.sent_at_s, v.timestamp_s);
  comparison.bytes("channel_id", header.channel, v.channel_id);
  comparison.bytes("plaintext", opened->body(), v.plaintext);
}

void compare_encoded(const PacketVector& v, const Form& form, Comparison& comparison) {
  if (!fits_header(v)) return comparison.note("encoding: a member does not fit its field", "a packet");
  ByteString packet(nomq::sealed_size(v.plaintext.size()));
  crypto::SealJob job = nomq::begin_seal(header_of(v), v.plaintext, {}, packet);
  form.cipher.seal({&job, 1});
  comparison.bytes("packet", packet, v.packet);
}

void compare_publish(const PacketVector& v, const Form& form, Comparison& comparison) {
  const PacketVector::Inner& inner = *v.inner;
  if (!fits<std::uint32_t>(inner.nonce)) return comparison.note("a nonce that does not fit", "one of 32 bits");
  const nomq::Preamble preamble{static_cast<std::uint32_t>(inner.timestamp_s >> 32),
                                static_cast<std::uint32_t>(inner.timestamp_s), static_cast<std::uint32_t>(inner.nonce),
                                static_cast<std::uint32_t>(inner.message.size())};
  nomq::PublishFront room;
  const Bytes front = nomq::write_publish_front(preamble, form.writes, room);
  ByteString built(front.begin(), front.end());
  built.insert(built.end(), inner.message.begin(), inner.message.end());
  comparison.bytes("plaintext built", built, v.plaintext);

  const auto body = nomq::read_publish(v.plaintext, form.reads);
  if (!body) return comparison.text("plaintext:", explain(body.error()).name, "a message");
  comparison.number("inner nonce", body->preamble.nonce, inner.nonce);
  comparison.bytes("message", body->message, inner.message);
  const std::uint64_t published_s = std::uint64_t{body->preamble.published_s_high} << 32 | body->preamble.published_s;
  comparison.text("inner timestamp", std::to_string(published_s), std::to_string(inner.timestamp_s));
}

void compare_publish_call(const PacketVector& v, Comparison& comparison) {
  const PacketVector::PublishCall& call = *v.publish_call;
  if (call.qos < 0 || call.qos > 3) return comparison.note("qos " + std::to_string(call.qos), "one of 0 to 3");
  const auto priority = std::clamp<std::int64_t>(call.priority, 0, nomq::priority_max);
  const nomq::PublishFlags flags{static_cast<nomq::Qos>(call.qos), call.retain, false,
                                 static_cast<std::uint8_t>(priority)};
  comparison.number("flags of the call", flags.bits(), v.flags);
  comparison.text("channel of the call", call.channel, v.channel.value_or("null"));
  comparison.bytes("message of the call", bytes_of(call.message), v.inner->message);
  comparison.text("ttl of the call", std::to_string(call.ttl_s), std::to_string(v.ttl_s));
}

void compare_control(const PacketVector& v, Comparison& comparison) {
  if (!fits<std::uint32_t>(v.packet_id)) return comparison.note("a packet id that does not fit", "one of 32 bits");
  ByteString built(wire::size_of<nomq::ControlBody>);
  wire::encode(nomq::ControlBody{static_cast<nomq::PacketId>(v.packet_id)}, built);
  comparison.bytes("plaintext built", built, v.plaintext);
}

void compare_plaintext(const PacketVector& v, const Form& form, Comparison& comparison) {
  switch (static_cast<PacketType>(v.type)) {
    case PacketType::publish: compare_publish(v, form, comparison); return compare_publish_call(v, comparison);
    case PacketType::subscribe:
      comparison.number("flags of the call", static_cast<std::uint64_t>(*v.subscribe_priority & 0x0F), v.flags);
      [[fallthrough]];
    case PacketType::unsubscribe: return comparison.bytes("plaintext", bytes_of(v.channel.value_or("")), v.plaintext);
    case PacketType::heartbeat: return comparison.bytes("plaintext", {}, v.plaintext);
    case PacketType::ack:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp: return compare_control(v, comparison);
  }
  comparison.note("type " + std::to_string(v.type), "one of 1 to 8");
}

void compare(const PacketVector& v, const Form& form, Comparison& comparison) {
  compare_decoded(v, form, comparison);
  compare_encoded(v, form, comparison);
  const nomq::ChannelId channel = v.channel ? nomq::channel_id(*v.channel) : nomq::ChannelId{};
  comparison.bytes("channel_id of the channel", channel, v.channel_id);
  if (fits<std::uint8_t>(v.type)) compare_plaintext(v, form, comparison);
}

void run(const std::vector<PacketVector>& packets, const Form& form, Report& report) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    Comparison comparison;
    compare(packets[i], form, comparison);
    report.add(form.section, i, packets[i].name, comparison);
  }
}

}  // namespace

Report run_packets(const NomqVectors& vectors) {
  nomq::SuffixCipher suffix(vectors.keys.encryption, vectors.keys.mac);
  crypto::CbcHmac hmac(vectors.keys.encryption, vectors.keys.mac);
  Report report;
  run(vectors.packets_suffix, {"packets_suffix", suffix, Profile::legacy, Profile::v1}, report);
  run(vectors.packets_hmac, {"packets_hmac", hmac, Profile::v1, Profile::v1}, report);
  run(vectors.packets_filler20_suffix, {"packets_filler20_suffix", suffix, Profile::legacy, Profile::legacy}, report);
  return report;
}

}  // namespace tacit::host::conformance
