#pragma once
#include <map>
#include <string>

#include "tacit/host/device_registry.hpp"

namespace tacit::app {

// How people call the devices of a registry. Asks the registry, which may be changed meanwhile: each name when it is
// used, and each device when it connects.
class DeviceNames {
 public:
  explicit DeviceNames(host::DeviceRegistry registry) : registry_(std::move(registry)) {}

  const std::string& path() const { return registry_.path(); }

  // Of a name or an id; an id may be of a device that the registry does not know.
  std::optional<host::DeviceId> id_of(const std::string& name_or_id);
  // Its name, or its id where it has none; as it was at the last look().
  const std::string& name_of(const host::DeviceId&);
  void look(const host::DeviceId&);

 private:
  host::DeviceRegistry registry_;
  std::map<host::DeviceId, std::string> names_;  // of those that have connected: the registry bounds them
};

}  // namespace tacit::app
