#include "tacit/nomq/packet.hpp"

namespace tacit::nomq {

namespace {

constexpr std::size_t header_size = wire::size_of<Header>, iv_size = sizeof(crypto::Iv), block = 16;
constexpr std::size_t session_at = 9, header_iv_at = 15, channel_at = 35, body_size_at = header_size - 2;
static_assert(frame_size == header_size + Parts::mac_size);

constexpr bool within(std::uint32_t a, std::uint32_t b) { return (a > b ? a - b : b - a) <= clock_window_s; }

// Where the packet's clock started, or why its time is not ours. The other reading of a time is thirty
// years away, so to try both opens no door.
Result<bool> from_2000(std::uint32_t sent_at_s, const Clock& clock) {
  const Epoch epoch = features.legacy ? clock.epoch : Epoch::unix_1970;
  const std::uint32_t now_2000_s = clock.now_s - seconds_1970_to_2000;
  if (epoch != Epoch::y2000 && within(sent_at_s, clock.now_s)) return false;
  if (epoch != Epoch::unix_1970 && within(sent_at_s, now_2000_s)) return true;
  const std::uint32_t expected = epoch == Epoch::y2000 ? now_2000_s : clock.now_s;
  return sent_at_s < expected ? Reason::stale : Reason::future;
}

// PKCS#7; the text is whole blocks, at least one.
Result<Bytes> unpadded(Bytes text) {
  const std::uint8_t padding = text.back();
  if (padding == 0 || padding > block) return Reason::bad_padding;
  const std::uint8_t* const first = text.last(padding).data();
  if (std::memcmp(first, first + 1, padding - 1u) != 0) return Reason::bad_padding;  // each is as the next
  return text.first(text.size() - padding);
}

// How every packet begins. The rest of a header is decoded when it is known to be somebody's.
struct Beginning {
  static constexpr auto layout = wire::layout(magic, version);
};

bool known(PacketType type) { return type >= PacketType::publish && type <= PacketType::pubcomp; }

}  // namespace

ChannelId channel_id(std::string_view name) {
  const auto digest = crypto::sha256({bytes_of(name)});
  ChannelId id;
  copy(Bytes(digest).first(id.size()), id);
  return id;
}

void lay_out(const Header& header, Bytes front, Bytes rest, MutBytes out) {
  const std::size_t clear = front.size() + rest.size();
  require(out.size() == sealed_size(clear));
  const Parts parts(out);
  const MutBytes text = parts.text();
  const auto padding = static_cast<std::uint8_t>(text.size() - clear);

  // The IV travels twice: the deployed receivers decrypt with the second and never compare them.
  wire::encode(header, out);
  const std::size_t body_size = iv_size + text.size();
  out[body_size_at] = static_cast<std::uint8_t>(body_size >> 8);
  out[body_size_at + 1] = static_cast<std::uint8_t>(body_size);
  copy(header.iv, parts.iv());
  copy(front, text);
  copy(rest, text.subspan(front.size()));
  std::memset(text.data() + clear, padding, padding);
}

Result<Done> check_shape(Bytes datagram) {
  if (datagram.size() < frame_size) return Reason::truncated;
  const std::size_t body_size = static_cast<std::size_t>(datagram[body_size_at] << 8 | datagram[body_size_at + 1]);
  if (datagram.size() != frame_size + body_size) return Reason::bad_length;
  if (const auto beginning = wire::decode<Beginning>(datagram); !beginning) return beginning.error();
  if (body_size < iv_size + block || body_size % block != 0) return Reason::bad_length;
  return Done{};
}

SessionId claimed_session(Bytes packet) {
  const Bytes at = packet.subspan(session_at);
  return SessionId{static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 |
                   static_cast<std::uint32_t>(at[2]) << 8 | at[3]};
}

ChannelId claimed_channel(Bytes packet) {
  ChannelId id;
  copy(packet.subspan(channel_at, id.size()), id);
  return id;
}

// The header is decoded where it stays: a structure that was just written field by field is slow to copy.
Opened::Opened(Proof, Bytes packet, Bytes body, bool from_2000) : body_(body), from_2000_(from_2000) {
  require(wire::decode(packet, header_).has_value());  // check_shape() has seen that it is well formed
}

Result<Opened> finish_open(const crypto::OpenJob& job, const Clock& clock) {
  if (!job.authentic) return Reason::bad_mac;
  Header header;
  require(wire::decode(job.authenticated, header).has_value());
  const auto counts_from_2000 = from_2000(header.sent_at_s, clock);
  if (!counts_from_2000) return counts_from_2000.error();
  if (std::memcmp(job.authenticated.subspan(header_iv_at, iv_size).data(), job.iv.data(), iv_size) != 0)
    return Reason::iv_mismatch;
  const auto body = unpadded(job.text);
  if (!body) return body.error();
  if (!known(header.type)) return Reason::bad_type;
  return Result<Opened>(std::in_place, Opened::Proof(), job.authenticated, *body, *counts_from_2000);
}

}  // namespace tacit::nomq
