#pragma once
#include <string>
#include <string_view>

namespace tacit::app {

// What somebody else chose, for a terminal: control characters become \x1b and the like, so that the name of a
// channel neither moves the cursor nor pretends to be another line.
std::string printable(std::string_view text);

}  // namespace tacit::app
