#include "tacit/host/usmp_session_table.hpp"

#include <algorithm>

namespace tacit::host {

UsmpSessionTable::Entry& UsmpSessionTable::add(Session session) {
  of_device_.emplace(session.device, session.name);
  Entry& entry = entries_[session.name];
  entry = {std::move(session), next_number_++};
  return entry;
}

std::optional<UsmpSessionTable::Session> UsmpSessionTable::remove(const Name& name) {
  const auto ended = entries_.extract(name);
  if (!ended) return std::nullopt;
  Session& session = ended.mapped().session;
  const auto [first, end] = of_device_.equal_range(session.device);
  of_device_.erase(std::find_if(first, end, [&](const auto& of_device) { return of_device.second == name; }));
  return std::move(session);
}

void UsmpSessionTable::clear() {
  entries_.clear();
  of_device_.clear();
}

UsmpSessionTable::Entry* UsmpSessionTable::find(const Name& name) {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<UsmpSessionTable::Name> UsmpSessionTable::of_device(const DeviceId& device) const {
  std::vector<Name> names;
  for (auto [at, end] = of_device_.equal_range(device); at != end; ++at) names.push_back(at->second);
  return names;
}

std::optional<UsmpSessionTable::Name> UsmpSessionTable::newest_of(const DeviceId& device) const {
  const auto [first, end] = of_device_.equal_range(device);
  if (first == end) return std::nullopt;
  return std::prev(end)->second;
}

std::vector<UsmpSessionTable::Session> UsmpSessionTable::by_age() const {
  std::vector<const Entry*> entries;
  for (const auto& [name, entry] : entries_) entries.push_back(&entry);
  std::ranges::sort(entries, {}, &Entry::number);
  std::vector<Session> sessions;
  for (const Entry* entry : entries) sessions.push_back(entry->session);
  return sessions;
}

std::size_t UsmpSessionTable::weak() const {
  return static_cast<std::size_t>(
      std::ranges::count(entries_, usmp::Wire::v1, [](const auto& named) { return named.second.session.wire; }));
}

}  // namespace tacit::host
