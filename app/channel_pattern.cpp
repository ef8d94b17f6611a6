#include "app/channel_pattern.hpp"

namespace tacit::app {
namespace {

// The first level, taken off; `more` says whether another follows.
std::string_view take_level(std::string_view& text, bool& more) {
  const auto end = text.find('/');
  const std::string_view level = text.substr(0, end);
  more = end != std::string_view::npos;
  text.remove_prefix(more ? end + 1 : text.size());
  return level;
}

}  // namespace

bool is_pattern(std::string_view filter) { return filter.find_first_of("+#") != std::string_view::npos; }

bool is_valid_pattern(std::string_view filter) {
  if (filter.empty()) return false;
  for (bool more = true; more;) {
    const std::string_view level = take_level(filter, more);
    if (level.size() > 1 && is_pattern(level)) return false;
    if (level == "#" && more) return false;
  }
  return true;
}

bool matches(std::string_view filter, std::string_view channel) {
  bool filter_goes_on = true, channel_goes_on = true;
  while (filter_goes_on) {
    const std::string_view wanted = take_level(filter, filter_goes_on);
    if (wanted == "#") return true;
    if (!channel_goes_on) return false;
    const std::string_view level = take_level(channel, channel_goes_on);
    if (wanted != "+" && wanted != level) return false;
  }
  return !channel_goes_on;
}

}  // namespace tacit::app
