#pragma once
#include "tacit/base/bytes.hpp"

namespace tacit::wire {

// CRC-16/MODBUS: polynomial 0x8005, everything reflected, from 0xFFFF, not inverted at the end. It finds what a bad
// line did and hides nothing: anybody can make it right. Of bytes in several parts: hand on what came out so far.
//
// One of two files computes it, chosen when the library is built: crc16_small.cpp (32 bytes of table) for a chip,
// crc16_fast.cpp (8 KB) for a host, where a byte at a time would cost more than encrypting them.
[[nodiscard]] std::uint16_t crc16(Bytes bytes, std::uint16_t so_far = 0xFFFF);

}  // namespace tacit::wire
