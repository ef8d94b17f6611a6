#include "app/device_names.hpp"

namespace tacit::app {

std::optional<host::DeviceId> DeviceNames::id_of(const std::string& name_or_id) {
  if (const auto id = host::device_id_from(name_or_id)) return id;
  const auto found = registry_.find(name_or_id);
  return found ? std::optional(found->id) : std::nullopt;
}

const std::string& DeviceNames::name_of(const host::DeviceId& id) {
  if (!names_.contains(id)) look(id);
  return names_[id];
}

void DeviceNames::look(const host::DeviceId& id) {
  const auto found = registry_.find(host::to_text(id));
  names_[id] = found ? found->name : host::to_text(id);
}

}  // namespace tacit::app
