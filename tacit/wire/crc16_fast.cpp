#include <array>
#include <cstring>

#include "tacit/wire/crc16.hpp"

namespace tacit::wire {

namespace {

// Sixteen bytes at a time ("slicing"): table k says what a byte does to the register when k more bytes follow it. Only
// the first two of the sixteen meet the register; the other lookups wait for nothing.
constexpr std::size_t slices = 16;

constexpr auto tables = [] {
  std::array<std::array<std::uint16_t, 256>, slices> made{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    made[0][byte] = static_cast<std::uint16_t>(crc);
  }
  for (std::size_t k = 1; k < slices; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const unsigned before = made[k - 1][byte];
      made[k][byte] = static_cast<std::uint16_t>(before >> 8 ^ made[0][before & 0xFF]);
    }
  return made;
}();

using Block = std::span<const std::uint8_t, slices>;
unsigned after(Block block, unsigned crc) {
  unsigned next = tables[slices - 1][block[0] ^ (crc & 0xFF)] ^ tables[slices - 2][block[1] ^ crc >> 8];
  for (std::size_t i = 2; i < slices; ++i) next ^= tables[slices - 1 - i][block[i]];
  return next;
}

// Less than a block.
unsigned after_rest(Bytes bytes, unsigned crc) {
  if (bytes.empty()) return crc;
  const std::size_t last = bytes.size() - 1;
  if (last == 0) return crc >> 8 ^ tables[0][(crc ^ bytes[0]) & 0xFF];
  unsigned next = tables[last][bytes[0] ^ (crc & 0xFF)] ^ tables[last - 1][bytes[1] ^ crc >> 8];
  for (std::size_t i = 2; i <= last; ++i) next ^= tables[last - i][bytes[i]];
  return next;
}

#ifdef __x86_64__

// Long runs are folded by carry-less multiplication (Gopal and others, "Fast CRC Computation for Generic Polynomials
// Using PCLMULQDQ", Intel 2009): sixteen bytes that so many bits follow are replaced by others that have the same
// remainder where those bits end. What is left of a run are sixteen bytes with the checksum of all of it.

// The remainder of x^n, with the highest power in the lowest bit, as everything is in this checksum. The product of two
// such words stands one place too low; that is the one that is taken from n.
constexpr long long power(unsigned n) {
  unsigned remainder = 0x8000;  // 1
  for (unsigned i = 1; i < n; ++i) remainder = (remainder & 1) != 0 ? remainder >> 1 ^ 0xA001 : remainder >> 1;
  return static_cast<long long>(std::uint64_t{remainder} << 48);
}

// For sixteen bytes that are so many bits farther from the end than where they go: their first half, their second.
constexpr std::array<long long, 2> factors(unsigned bits) { return {power(bits + 64), power(bits)}; }
constexpr auto next_block = factors(128), next_four = factors(512);
constexpr std::size_t folded_from = 64;

using Words [[gnu::vector_size(16)]] = long long;

Words load(const std::uint8_t* at) {
  Words words;
  std::memcpy(&words, at, sizeof words);
  return words;
}
[[gnu::target("pclmul")]] Words fold(Words block, Words by, Words onto) {
  return __builtin_ia32_pclmulqdq128(block, by, 0x00) ^ __builtin_ia32_pclmulqdq128(block, by, 0x11) ^ onto;
}

// Whole blocks of sixteen, four at least.
[[gnu::target("pclmul")]] unsigned after_many(Bytes bytes, unsigned crc) {
  const Words by_block{next_block[0], next_block[1]}, by_four{next_four[0], next_four[1]};
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* const end = at + bytes.size();
  Words a = load(at) ^ Words { crc, 0 };
  Words b = load(at + 16), c = load(at + 32), d = load(at + 48);
  for (at += 64; end - at >= 64; at += 64) {
    a = fold(a, by_four, load(at));
    b = fold(b, by_four, load(at + 16));
    c = fold(c, by_four, load(at + 32));
    d = fold(d, by_four, load(at + 48));
  }
  a = fold(fold(fold(a, by_block, b), by_block, c), by_block, d);
  for (; at != end; at += 16) a = fold(a, by_block, load(at));
  std::array<std::uint8_t, 16> rest;
  std::memcpy(rest.data(), &a, sizeof a);
  return after(Block(rest), 0);
}

const bool multiplies = __builtin_cpu_supports("pclmul") != 0;

#endif

}  // namespace

std::uint16_t crc16(Bytes bytes, std::uint16_t so_far) {
  unsigned crc = so_far;
#ifdef __x86_64__
  if (multiplies && bytes.size() >= folded_from) {
    const std::size_t whole = bytes.size() / slices * slices;
    crc = after_many(bytes.first(whole), crc);
    bytes = bytes.subspan(whole);
  }
#endif
  for (; bytes.size() >= slices; bytes = bytes.subspan(slices)) crc = after(bytes.first<slices>(), crc);
  return static_cast<std::uint16_t>(after_rest(bytes, crc));
}

}  // namespace tacit::wire
