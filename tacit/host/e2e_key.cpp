#include "tacit/host/e2e_key.hpp"

#include "tacit/host/hex.hpp"

namespace tacit::host {
namespace {

constexpr std::size_t digits = 2 * e2e_key_size;
constexpr std::string_view between = "#[], \t\r\n";

constexpr std::array<std::uint8_t, e2e_key_size> published{0x76, 0x2e, 0x4c, 0x1d, 0xc0, 0xa7, 0xd8, 0xb6,
                                                           0x0e, 0x61, 0xbc, 0x68, 0xdc, 0x85, 0x8b, 0xee};

}  // namespace

Attempt<Key> read_e2e_hex(std::string_view text, const std::string& where) {
  if (text.empty()) return Problem{Fault::empty_file, where + ": is empty", ""};
  SecretText<digits> hex;
  std::size_t found = 0;
  while (!text.empty()) {
    const bool prefix = text.starts_with("0x") || text.starts_with("0X");
    if (prefix || between.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(prefix ? 2 : 1);
      continue;
    }
    if (++found <= digits) hex.append(text.substr(0, 1));
    text.remove_prefix(1);
  }
  if (found != digits) {
    return Problem{Fault::wrong_length,
                   where + ": holds " + std::to_string(found) + " characters of a key, which has 32 hex digits",
                   "It is the 16 bytes that the original calls the encryption key, as 32 hex digits or as #[0x…, …]."};
  }
  Secret<e2e_key_size> bytes;
  if (!decode_hex(hex.reveal(), bytes.fill()))
    return Problem{Fault::bad_encoding, where + ": the key has characters that are no hex digits", ""};
  return Key(KeyKind::e2e, bytes.reveal());
}

Attempt<Key> read_e2e_hex_file(const std::string& path) {
  Secret<4096> room;
  const auto file = read_file(path, room.fill());
  if (!file) return file.error();
  return read_e2e_hex(text_of(file->bytes), path);
}

Attempt<Done> create_e2e_hex_file(const std::string& path, const Key& key) {
  require(key.kind() == KeyKind::e2e);
  SecretText<digits + 1> text;
  encode_hex(key.reveal(), text.extend_text(digits));
  text.append("\n");
  return create_private_file(path, text.reveal());
}

bool is_published_example(const Key& key) {
  return key.kind() == KeyKind::e2e && crypto::equal(key.reveal(), published);
}

}  // namespace tacit::host
