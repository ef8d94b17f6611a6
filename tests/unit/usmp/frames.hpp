#pragma once
#include <algorithm>
#include <vector>

#include "tacit/usmp/frame.hpp"

// Frames for tests of what reads them.
namespace tacit::usmp::test {

using ByteVector = std::vector<std::uint8_t>;

inline ByteVector some_bytes(std::size_t size, std::uint8_t first = 0) {
  ByteVector bytes(size);
  for (auto& byte : bytes) byte = first++;
  return bytes;
}

inline ByteVector frame_of(FrameType type, Bytes payload, std::uint32_t seq = 0, Wire wire = Wire::v2) {
  ByteVector frame(header_size + payload.size());
  copy(payload, MutBytes(frame).subspan(header_size));
  encode_frame({wire, type, seq}, frame);
  return frame;
}

// The same with another byte in it and a right checksum, which is no secret.
inline ByteVector with_right_crc(ByteVector frame) {
  const auto header = wire::decode<Header>(frame);
  encode_frame(*header, frame);
  return frame;
}

// Calls `refused(bad)` for each proper prefix of `good`, and for each that differs in one bit.
template <class Refused> void for_each_damage(const ByteVector& good, Refused refused) {
  for (std::size_t size = 0; size < good.size(); ++size)
    refused(ByteVector(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
    refused(bad);
  }
}

inline constexpr FrameType all_types[] = {FrameType::hello,       FrameType::challenge, FrameType::hello_ack,
                                          FrameType::session_ok,  FrameType::data,      FrameType::ping,
                                          FrameType::pong,        FrameType::bye,       FrameType::data_fragment,
                                          FrameType::hello_retry, FrameType::rekey,     FrameType::error};

}  // namespace tacit::usmp::test
