#include "app/device_options.hpp"

#include <CLI/CLI.hpp>

namespace tacit::app {

void add_registry_option(CLI::App& app, std::string& registry) {
  app.add_option(
         "--registry", registry,
         "The registry; otherwise TACIT_REGISTRY, or that of the context, or the one in the user's state folder.")
      ->type_name("FILE");
}

void add_device_options(CLI::App& app, DeviceOptions& options) {
  app.add_option("device", options.device, "Its name, or its id.")->required()->type_name("DEVICE");
  add_registry_option(app, options.registry);
}

host::DeviceRegistry open_registry(Program& program, const std::string& flag, Absent absent) {
  std::string path = flag;
  if (path.empty()) path = program.context().text("registry").value_or("");
  if (path.empty()) path = host::default_registry_path(host::system_sources());
  host::DeviceRegistry registry = or_fail(host::DeviceRegistry::open(path, {.create = absent == Absent::is_made}));
  if (registry.others_can_read())
    warn(path + ": other users can read the keys in this registry; `chmod 600 " + path + "` ends that");
  return registry;
}

ExitCode code_of(host::Fault fault) {
  switch (fault) {
    using enum host::Fault;
    case weak_key:
    case wrong_kind:
    case no_key:
    case bad_checksum: return ExitCode::key;
    case damaged:
    case too_new: return ExitCode::integrity;
    case out_of_range: return ExitCode::usage;
    default: return ExitCode::other;
  }
}

host::Device find_device(host::DeviceRegistry& registry, const DeviceOptions& options) {
  return or_fail(registry.find(options.device));
}

std::string line_of(const host::Device& device, const host::Psk& psk) {
  return device.name + "  " + host::to_text(device.id) + "  " + host::fingerprint(host::key_of(device.id, psk));
}

}  // namespace tacit::app
