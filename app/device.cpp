// tacit device: the devices that a USMP server knows.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/device_options.hpp"
#include "app/printable.hpp"

namespace tacit::app {
namespace {

using host::Device;
using host::DeviceRegistry;
using nlohmann::ordered_json;

std::string time_or(const std::optional<std::time_t>& time, const char* otherwise) {
  return time ? host::rfc3339(*time) : otherwise;
}

ordered_json json_of(const Device& device) {
  ordered_json json{{"v", 1},
                    {"id", host::to_text(device.id)},
                    {"name", device.name},
                    {"state", device.revoked ? "revoked" : "active"},
                    {"wire1_allowed", device.wire1_allowed},
                    {"created", host::rfc3339(device.created)}};
  if (device.rotated) json["rotated"] = host::rfc3339(*device.rotated);
  if (device.rotation_deadline) json["rotation_deadline"] = host::rfc3339(*device.rotation_deadline);
  if (device.last_seen) json["last_seen"] = host::rfc3339(*device.last_seen);
  if (!device.last_address.empty()) json["last_address"] = device.last_address;
  if (device.last_wire) json["last_wire"] = *device.last_wire;
  return json;
}

void print_json(const ordered_json& json) {
  std::puts(json.dump(-1, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

// How many columns of a terminal a text takes, where each character takes one.
int columns_of(const std::string& text) {
  return static_cast<int>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// --- list

struct ListOptions {
  std::string registry;
  bool json = false;
};

void print_line(const Device& device, int width) {
  std::string more = device.last_seen ? host::rfc3339(*device.last_seen) + "  " + printable(device.last_address) +
                                            "  wire " + std::to_string(device.last_wire.value_or(0))
                                      : "never seen";
  if (device.wire1_allowed) more += "  wire 1 allowed";
  if (device.rotation_deadline) more += "  new key until " + host::rfc3339(*device.rotation_deadline);
  const std::string name = printable(device.name);
  std::printf("%s%*s  %s  %-7s  %s\n", name.c_str(), width - columns_of(name), "", host::to_text(device.id).c_str(),
              device.revoked ? "revoked" : "active", more.c_str());
}

ExitCode list(Program& program, const ListOptions& options) {
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  const std::vector<Device> devices = or_fail(registry.list());
  int width = 0;
  for (const Device& device : devices) width = std::max(width, columns_of(printable(device.name)));
  for (const Device& device : devices) {
    if (options.json) print_json(json_of(device));
    else print_line(device, width);
  }
  return ExitCode::ok;
}

void add_list(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(parent, "list", "show all devices, one a line",
                              "tacit device list\n"
                              "tacit device list --json | jq -r 'select(.state == \"revoked\").name'");
  auto options = std::make_shared<ListOptions>();
  app.add_flag("--json", options->json, "One JSON object a line.");
  add_registry_option(app, options->registry);
  app.callback([&program, options] { program.run = [&program, options] { return list(program, *options); }; });
}

// --- show

struct ShowOptions : DeviceOptions {
  bool json = false;
};

// Of a key that lies in a file which cannot be read: why.
std::string fingerprint_or_why(const host::KeySource& source, const host::DeviceId& id) {
  const auto psk = host::psk_of(source, id);
  return psk ? host::fingerprint(host::key_of(id, *psk)) : "unknown: " + psk.error().what;
}

std::string place_of(const host::KeySource& source) {
  const auto* reference = std::get_if<host::KeyReference>(&source);
  return reference ? reference->path : "";
}

ExitCode show(Program& program, const ShowOptions& options) {
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  const host::DeviceWithKeys found = or_fail(registry.with_keys(find_device(registry, options).id));
  const Device& device = found.device;
  const std::string fingerprint = fingerprint_or_why(found.key, device.id), file = place_of(found.key);
  const std::string next = found.next_key ? fingerprint_or_why(*found.next_key, device.id) : "";
  if (options.json) {
    ordered_json json = json_of(device);
    json["fingerprint"] = fingerprint;
    if (!file.empty()) json["key_file"] = file;
    if (found.next_key) json["next_fingerprint"] = next;
    print_json(json);
    return ExitCode::ok;
  }
  const auto line = [](const char* label, const std::string& value) {
    std::printf("%-13s%s\n", label, printable(value).c_str());
  };
  line("name", device.name);
  line("id", host::to_text(device.id));
  line("state", device.revoked ? "revoked" : "active");
  line("fingerprint", fingerprint);
  if (!file.empty()) line("key file", file);
  if (found.next_key)
    line("next key", next + ", takes over when it is used, or " + host::rfc3339(*device.rotation_deadline));
  line("created", host::rfc3339(device.created));
  line("rotated", time_or(device.rotated, "never"));
  line("last seen", time_or(device.last_seen, "never"));
  if (!device.last_address.empty()) line("address", device.last_address);
  if (device.last_wire) line("wire", std::to_string(*device.last_wire));
  line("wire 1", device.wire1_allowed ? "allowed" : "not allowed");
  return ExitCode::ok;
}

void add_show(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(parent, "show", "show all about a device but its key",
                              "tacit device show boiler\n"
                              "tacit device show 00:1a:2b:3c:4d:5e --json");
  auto options = std::make_shared<ShowOptions>();
  add_device_options(app, *options);
  app.add_flag("--json", options->json, "One JSON object.");
  app.callback([&program, options] { program.run = [&program, options] { return show(program, *options); }; });
}

// --- what changes one thing

struct RenameOptions : DeviceOptions {
  std::string name;
};

ExitCode rename(Program& program, const RenameOptions& options) {
  (void)or_fail(host::check_device_name(options.name, "NAME"));
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  (void)or_fail(registry.rename(find_device(registry, options).id, options.name));
  return ExitCode::ok;
}

void add_rename(Program& program, CLI::App& parent) {
  CLI::App& app =
      program.add(parent, "rename", "give a device another name", "tacit device rename boiler boiler-cellar");
  auto options = std::make_shared<RenameOptions>();
  add_device_options(app, *options);
  app.add_option("name", options->name, "The new name.")->required()->type_name("NAME");
  app.callback([&program, options] { program.run = [&program, options] { return rename(program, *options); }; });
}

struct RevokeOptions : DeviceOptions {
  bool undo = false;
};

ExitCode revoke(Program& program, const RevokeOptions& options) {
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  (void)or_fail(registry.set_revoked(find_device(registry, options).id, !options.undo));
  return ExitCode::ok;
}

void add_revoke(Program& program, CLI::App& parent) {
  CLI::App& app =
      program.add(parent, "revoke", "let a device in no more, and end its sessions",
                  "tacit device revoke boiler         # a server that runs closes its sessions within a second\n"
                  "tacit device revoke boiler --undo  # its key is right again");
  auto options = std::make_shared<RevokeOptions>();
  add_device_options(app, *options);
  app.add_flag("--undo", options->undo, "Let it in again.");
  app.callback([&program, options] { program.run = [&program, options] { return revoke(program, *options); }; });
}

struct Wire1Options : DeviceOptions {
  std::string word;
};

ExitCode wire1(Program& program, const Wire1Options& options) {
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  (void)or_fail(registry.set_wire1_allowed(find_device(registry, options).id, options.word == "allow"));
  return ExitCode::ok;
}

void add_wire1(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(parent, "wire1", "say whether a device may speak version 1 of the wire, which is weak",
                              "tacit device wire1 boiler allow   # for a board with version 0.5 of the original\n"
                              "tacit device wire1 boiler forbid  # when it was updated");
  auto options = std::make_shared<Wire1Options>();
  add_device_options(app, *options);
  one_of(*app.add_option("word", options->word, "With version 1 one key serves both directions.")->required(),
         {"allow", "forbid"});
  app.callback([&program, options] { program.run = [&program, options] { return wire1(program, *options); }; });
}

ExitCode remove(Program& program, const DeviceOptions& options) {
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  (void)or_fail(registry.remove(find_device(registry, options).id));
  return ExitCode::ok;
}

void add_remove(Program& program, CLI::App& parent) {
  CLI::App& app =
      program.add(parent, "remove", "forget a device and its key, and end its sessions", "tacit device remove boiler");
  auto options = std::make_shared<DeviceOptions>();
  add_device_options(app, *options);
  app.callback([&program, options] { program.run = [&program, options] { return remove(program, *options); }; });
}

}  // namespace

void add_device(Program& program) {
  CLI::App& device =
      program.add(program.root(), "device", "the devices that a USMP server knows, and their keys",
                  "tacit device add boiler --key-file boiler.key   # for a device that runs Tacit\n"
                  "tacit device add pump --id 00:1a:2b:3c:4d:5e --header device_key.h   # for an ESP32\n"
                  "tacit device add lamp --qr                      # for whatever has a camera\n"
                  "tacit device list\n"
                  "tacit device rotate boiler --key-file new.key   # both keys are right until the new one is used\n"
                  "tacit device revoke boiler                      # ends its sessions");
  add_device_keys(program, device);
  add_list(program, device);
  add_show(program, device);
  add_rename(program, device);
  add_revoke(program, device);
  add_wire1(program, device);
  add_remove(program, device);
  add_device_exchange(program, device);
}

}  // namespace tacit::app
