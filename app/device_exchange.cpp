// tacit device import and export: many devices as JSON Lines, or one in the form that it takes itself.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>

#include "app/device_options.hpp"
#include "app/provisioning.hpp"
#include "app/secret_output.hpp"
#include "tacit/host/device_lines.hpp"
#include "tacit/host/private_file.hpp"

namespace tacit::app {
namespace {

using host::DeviceRegistry;
using host::DeviceWithKeys;

std::string count_of(std::size_t devices) { return std::to_string(devices) + (devices == 1 ? " device" : " devices"); }

// --- export

struct ExportOptions {
  std::string registry, out;
  std::vector<std::string> devices;
  Provisioning provisioning;
};

// Of a rotation that runs the new key, which is what the device lacks.
ExitCode provide_one(DeviceRegistry& registry, const ExportOptions& options) {
  if (options.devices.size() != 1 || !options.out.empty())
    throw Failure{ExitCode::usage, "usage", "--key-file, --qr, --qr-svg and --header are for one device alone", ""};
  const DeviceWithKeys found = or_fail(registry.with_keys(or_fail(registry.find(options.devices.front())).id));
  const host::Device& device = found.device;
  host::Psk psk = or_fail(host::psk_of(found.next_key ? *found.next_key : found.key, device.id));
  std::puts(line_of(device, psk).c_str());
  if (device.revoked) warn(device.name + " is revoked: no server lets it in");
  provide(options.provisioning, device.name, {device.id, std::move(psk)});
  return ExitCode::ok;
}

ExitCode export_devices(Program& program, const ExportOptions& options) {
  check_before(options.provisioning);
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  if (options.provisioning.is_asked_for()) return provide_one(registry, options);

  std::vector<host::Device> devices;
  if (options.devices.empty()) devices = or_fail(registry.list());
  for (const std::string& name : options.devices) devices.push_back(or_fail(registry.find(name)));
  host::SecretString lines;
  for (const host::Device& device : devices) append_device_line(or_fail(registry.with_keys(device.id)), lines);
  if (options.out.empty()) {
    print_secret(lines, "-o FILE makes one with mode 0600");
  } else {
    (void)or_fail(host::create_private_file(options.out, lines), ExitCode::key);
    note(options.out + ": holds the keys of " + count_of(devices.size()));
  }
  return ExitCode::ok;
}

void add_export(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(parent, "export", "write devices with their keys, as JSON Lines or for the device itself",
                              "tacit device export -o devices.jsonl            # all of them, for backup\n"
                              "tacit device export boiler pump | ssh gw tacit device import -\n"
                              "tacit device export boiler --key-file boiler.key\n"
                              "tacit device export boiler --qr --server gateway.local:9000");
  auto options = std::make_shared<ExportOptions>();
  app.add_option("device", options->devices, "Names or ids; all devices when absent.")
      ->type_name("DEVICE")
      ->expected(0, -1);
  app.add_option("-o,--out", options->out,
                 "The file to create, with mode 0600; an existing one is left alone. Standard output when absent.")
      ->type_name("FILE");
  add_provisioning_options(app, options->provisioning);
  add_registry_option(app, options->registry);
  app.callback(
      [&program, options] { program.run = [&program, options] { return export_devices(program, *options); }; });
}

// --- import

struct ImportOptions {
  std::string registry, from;
};

constexpr std::size_t import_size_max = 64 << 20;  // some 200,000 devices

host::SecretString content_of(const std::string& path) {
  host::SecretString text;
  text.resize(import_size_max);
  const MutBytes room{reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
  text.resize(app::or_fail(host::read_file(path == "-" ? "/dev/stdin" : path, room), ExitCode::other).bytes.size());
  return text;
}

ExitCode import_devices(Program& program, const ImportOptions& options) {
  const std::string where = options.from == "-" ? "standard input" : options.from;
  const host::SecretString text = content_of(options.from);
  const auto devices = app::or_fail(host::read_device_lines(text, where, std::time(nullptr)), ExitCode::integrity);
  if (devices.empty()) throw Failure{ExitCode::integrity, "empty_file", where + ": holds no devices", ""};
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_made);
  (void)or_fail(
      registry.add(devices, [&](std::size_t i) { return where + ": device " + std::to_string(i + 1) + ": "; }));
  std::puts(count_of(devices.size()).c_str());
  return ExitCode::ok;
}

void add_import(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(parent, "import", "add devices that were exported, all of them or none",
                              "tacit device import devices.jsonl\n"
                              "ssh old-gateway tacit device export | tacit device import -");
  auto options = std::make_shared<ImportOptions>();
  app.add_option("file", options->from, "JSON Lines, as `tacit device export` writes them; - is standard input.")
      ->required()
      ->type_name("FILE");
  add_registry_option(app, options->registry);
  app.callback(
      [&program, options] { program.run = [&program, options] { return import_devices(program, *options); }; });
}

}  // namespace

void add_device_exchange(Program& program, CLI::App& device) {
  add_export(program, device);
  add_import(program, device);
}

}  // namespace tacit::app
