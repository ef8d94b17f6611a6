#include "tacit/usmp/frame.hpp"

#include "tacit/wire/crc16.hpp"

namespace tacit::usmp {

namespace {

constexpr std::size_t crc_at = header_size - 2;

std::uint16_t crc_of(Bytes frame) { return wire::crc16(frame.subspan(header_size), wire::crc16(frame.first(crc_at))); }

// A whole header, and all that can be said about it without its payload.
Result<Header> decode_header(Bytes bytes, Wires accepted) {
  const auto header = wire::decode<Header>(bytes);
  if (!header) return header.error();
  const bool known_version = is_wire_1(header->wire) || header->wire == Wire::v2;
  if (!known_version || !contains(accepted, header->wire)) return Reason::bad_version;
  if (header->payload_size > payload_size_max) return Reason::too_large;
  return header;
}

}  // namespace

bool is_known(FrameType type) {
  return (type >= FrameType::hello && type <= FrameType::rekey) || type == FrameType::error;
}

Result<Frame> take_frame(MutBytes bytes, Wires accepted) {
  const auto header = decode_header(bytes, accepted);
  if (!header) return header.error();
  const std::size_t size = header_size + header->payload_size;
  if (bytes.size() < size) return Reason::truncated;
  if (crc_of(bytes.first(size)) != header->crc) return Reason::bad_crc;
  if (!is_known(header->type)) return Reason::bad_type;
  return Frame(*header, bytes.first(size));
}

Result<Frame> decode_datagram(MutBytes datagram, Wires accepted) {
  const auto frame = take_frame(datagram, accepted);
  if (frame && frame->bytes().size() != datagram.size()) return Reason::bad_length;
  return frame;
}

void encode_frame(const Header& header, MutBytes frame) {
  encode_header(header, frame);
  encode_crc(frame);
}

void encode_header(const Header& what, MutBytes frame) {
  require(frame.size() >= header_size && frame.size() <= frame_size_max);
  Header header = what;
  header.payload_size = static_cast<std::uint16_t>(frame.size() - header_size);
  wire::encode(header, frame);
}

void encode_crc(MutBytes frame) {
  const std::uint16_t crc = crc_of(frame);
  frame[crc_at] = static_cast<std::uint8_t>(crc);
  frame[crc_at + 1] = static_cast<std::uint8_t>(crc >> 8);
}

}  // namespace tacit::usmp
