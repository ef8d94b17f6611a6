#include "tacit/host/base64.hpp"

#include <algorithm>

#include "tacit/base/require.hpp"

namespace tacit::host {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::string_view alphabet(Base64 form) { return form == Base64::standard ? standard_alphabet : url_alphabet; }

// The text without its padding, or nothing where the padding is not as the form wants it.
std::optional<std::string_view> without_padding(Base64 form, std::string_view text) {
  if (form == Base64::url) return text;
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) return text.substr(0, text.size() - 2);
  if (text.ends_with('=')) return text.substr(0, text.size() - 1);
  return text;
}

}  // namespace

std::string_view encode_base64(Base64 form, Bytes bytes, std::span<char> out) {
  const std::string_view digits = alphabet(form);
  require(out.size() >= base64_length(form, bytes.size()));
  std::size_t used = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < here ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      if (j <= here) {
        out[used++] = digits[group >> (18 - 6 * j) & 63];
      } else if (form == Base64::standard) {
        out[used++] = '=';
      }
    }
  }
  return {out.data(), used};
}

std::optional<MutBytes> decode_base64(Base64 form, std::string_view text, MutBytes out) {
  const auto digits = without_padding(form, text);
  if (!digits || digits->size() % 4 == 1) return std::nullopt;
  require(out.size() >= digits->size() * 3 / 4);

  std::size_t used = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : *digits) {
    const std::size_t digit = alphabet(form).find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[used++] = static_cast<std::uint8_t>(bits >> held);
    bits &= (1u << held) - 1;
  }
  if (bits != 0) return std::nullopt;
  return out.first(used);
}

}  // namespace tacit::host
