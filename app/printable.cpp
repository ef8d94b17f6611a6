#include "app/printable.hpp"

#include "tacit/host/hex.hpp"

namespace tacit::app {
namespace {

// Of the bytes in front: 0 where they are no control character. In UTF-8 those of ISO 6429 have two, C2 80 to C2 9F.
std::size_t control_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  return byte(0) == 0xC2 && text.size() > 1 && byte(1) >= 0x80 && byte(1) < 0xA0 ? 2 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t control = control_size(text);
    for (const char& c : text.substr(0, control)) out += "\\x" + host::encode_hex(bytes_of({&c, 1}));
    if (control == 0) out += text.front();
    text.remove_prefix(control == 0 ? 1 : control);
  }
  return out;
}

}  // namespace tacit::app
