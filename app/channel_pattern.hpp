#pragma once
#include <string_view>

namespace tacit::app {

// MQTT's topic filters, over channel names: levels are separated by /, + stands for one level, # at the end for any
// number of them, none included.
bool is_pattern(std::string_view filter);
bool is_valid_pattern(std::string_view filter);
bool matches(std::string_view filter, std::string_view channel);

}  // namespace tacit::app
