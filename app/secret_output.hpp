#pragma once
#include <string_view>

namespace tacit::app {

// A secret to standard output, past its buffer: nothing wipes that one. Warns where it goes to a file that others can
// read; `how_else` says what would be better.
void print_secret(std::string_view text, std::string_view how_else);

}  // namespace tacit::app
