#pragma once
#include <memory>
#include <string>

#include "app/failure.hpp"
#include "app/program.hpp"
#include "tacit/host/device_registry.hpp"

namespace tacit::app {

// The subcommands of `tacit device`, in three files.
void add_device_exchange(Program&, CLI::App& device);  // import, export
void add_device_keys(Program&, CLI::App& device);      // add, rotate

// What those have in common that name a device of a registry.
struct DeviceOptions {
  std::string registry, device;
};
void add_registry_option(CLI::App&, std::string& registry);
void add_device_options(CLI::App&, DeviceOptions&);

// The registry of the flag, the environment or the context, or the default one. Warns where others can read it.
enum class Absent : std::uint8_t { is_made, is_refused };
host::DeviceRegistry open_registry(Program&, const std::string& flag, Absent);

// The value, or the end of the program: each Fault of a registry has its exit code.
ExitCode code_of(host::Fault);
template <class T> T or_fail(host::Attempt<T> attempt) {
  if (!attempt) throw failure_of(attempt.error(), code_of(attempt.error().fault));
  return *std::move(attempt);
}

host::Device find_device(host::DeviceRegistry&, const DeviceOptions&);

// "boiler  00:1a:2b:3c:4d:5e  K7QF-2MHD-9XTB"
std::string line_of(const host::Device&, const host::Psk&);

}  // namespace tacit::app
