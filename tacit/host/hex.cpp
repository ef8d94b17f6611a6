#include "tacit/host/hex.hpp"

#include "tacit/base/require.hpp"

namespace tacit::host {
namespace {

constexpr int value_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string encode_hex(Bytes bytes) {
  std::string text(bytes.size() * 2, '\0');
  encode_hex(bytes, text);
  return text;
}

void encode_hex(Bytes bytes, std::span<char> out) {
  constexpr std::string_view digits = "0123456789abcdef";
  require(out.size() == bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
}

bool decode_hex(std::string_view text, MutBytes out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace tacit::host
