#pragma once
#include <optional>

#include "tacit/base/bytes.hpp"

// RFC 4648, into buffers of the caller, because what is written here is mostly secret. Reading is strict: no
// foreign characters, padding exactly where the form has it, and nothing in the bits that are left over, so
// that every sequence of bytes has one text.
namespace tacit::host {

enum class Base64 : std::uint8_t {
  standard,  // section 4: + and /, padded with =
  url,       // section 5: - and _, not padded
};

constexpr std::size_t base64_length(Base64 form, std::size_t bytes) {
  return form == Base64::standard ? (bytes + 2) / 3 * 4 : (bytes * 4 + 2) / 3;
}

// `out` has room for base64_length(); returns the text, which lies in `out`.
std::string_view encode_base64(Base64, Bytes, std::span<char> out);

// `out` has room for three quarters of `text`; returns the bytes, which lie in `out`, or nothing where `text`
// is not base64 of that form.
std::optional<MutBytes> decode_base64(Base64, std::string_view text, MutBytes out);

}  // namespace tacit::host
