#pragma once
#include <string>

#include "tacit/host/key.hpp"
#include "tacit/host/private_file.hpp"

// mqtt-e2e's key as the original's programs have it: 16 bytes in their source, written in hex (spec/mqtt-e2e.md section
// 1).
namespace tacit::host {

inline constexpr std::size_t e2e_key_size = 16;

// 32 hex digits of either case, or Toit's literal for bytes, #[0x76, 0x2e, …]; blanks and line ends do no harm. Gives
// what read_file() gives, empty_file, wrong_length or bad_encoding.
Attempt<Key> read_e2e_hex_file(const std::string& path);
Attempt<Key> read_e2e_hex(std::string_view text, const std::string& where);

// 32 digits and a line's end. As create_private_file().
Attempt<Done> create_e2e_hex_file(const std::string& path, const Key&);

// It stands in the original's documentation, so everybody has it.
bool is_published_example(const Key&);

}  // namespace tacit::host
