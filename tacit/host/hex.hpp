#pragma once
#include <string>
#include <string_view>

#include "tacit/base/bytes.hpp"

namespace tacit::host {

// Lower-case pairs. Not for secrets: a std::string is not wiped.
std::string encode_hex(Bytes);
void encode_hex(Bytes, std::span<char> out);  // `out` is twice as long

// Pairs of either case that fill `out` exactly; otherwise false, and `out` is worth nothing.
[[nodiscard]] bool decode_hex(std::string_view text, MutBytes out);

}  // namespace tacit::host
