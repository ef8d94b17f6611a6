#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tacit {

using Bytes = std::span<const std::uint8_t>;  // something we read
using MutBytes = std::span<std::uint8_t>;     // something we fill

// `to` has room for all of `from`. memcpy and not std::ranges::copy, which GCC turns into a loop over
// bytes at -Os; and memcpy must not see the null pointer of an empty span.
inline void copy(Bytes from, MutBytes to) {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

// The bytes of a text, which stays where it is.
inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace tacit
