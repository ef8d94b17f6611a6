#include "tacit/e2e/filters.hpp"

namespace tacit::e2e {

Result<Done> Filters::add(std::string_view filter) {
  if (!is_filter(filter)) return Reason::bad_topic;
  if (find(filter)) return Done{};
  if (sizes_.empty()) return Reason::channels_full;
  if (filter.size() > text_size()) return Reason::too_large;
  for (std::size_t place = 0; place < sizes_.size(); ++place) {
    if (sizes_[place] != 0) continue;
    copy(bytes_of(filter), texts_.subspan(place * text_size()));
    sizes_[place] = static_cast<std::uint16_t>(filter.size());
    return Done{};
  }
  return Reason::channels_full;
}

Result<Done> Filters::remove(std::string_view filter) {
  const auto place = find(filter);
  if (!place) return Reason::unknown_channel;
  sizes_[*place] = 0;
  return Done{};
}

bool Filters::match(std::string_view topic) const {
  for (std::size_t place = 0; place < sizes_.size(); ++place)
    if (sizes_[place] != 0 && matches(at(place), topic)) return true;
  return false;
}

std::string_view Filters::at(std::size_t place) const {
  if (sizes_[place] == 0) return {};
  return text_of(Bytes(texts_).subspan(place * text_size(), sizes_[place]));
}

std::optional<std::size_t> Filters::find(std::string_view filter) const {
  for (std::size_t place = 0; place < sizes_.size(); ++place)
    if (!filter.empty() && at(place) == filter) return place;
  return std::nullopt;
}

}  // namespace tacit::e2e
