// tacit device add and rotate: where keys come from, and how a device gets them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "app/device_options.hpp"
#include "app/provisioning.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/key_file.hpp"

namespace tacit::app {
namespace {

using host::Device;
using host::DeviceRegistry;

// Nothing of it: a key is made.
struct KeyOptions {
  std::string psk_file, from;
  bool by_reference = false;
};

void add_key_options(CLI::App& app, KeyOptions& options) {
  app.add_option("--psk-file", options.psk_file, "Use the bare bytes of this file as the PSK, at least 16 of them.")
      ->type_name("FILE");
  app.add_option("--from", options.from, "Use this key file, as `tacit key gen usmp` makes it.")->type_name("FILE");
  app.add_flag("--by-reference", options.by_reference,
               "With --from: the registry keeps the name of that file, and not the key; the server reads it there.");
}

// A device's key as it goes into the registry, and whose it is where a key file says so.
struct ChosenKey {
  host::KeySource source;
  host::Psk psk;
  std::optional<host::DeviceId> device;
};

ChosenKey choose_key(const KeyOptions& options) {
  if (!options.psk_file.empty() && !options.from.empty())
    throw Failure{ExitCode::usage, "usage", "--psk-file and --from are two keys", ""};
  if (options.by_reference && options.from.empty())
    throw Failure{ExitCode::usage, "usage", "--by-reference needs --from", ""};
  if (options.from.empty()) {
    crypto::HostRandom random;
    host::Psk psk = options.psk_file.empty() ? host::generate_psk(random)
                                             : app::or_fail(host::read_psk_file(options.psk_file), ExitCode::key);
    return {.source = psk.duplicate(), .psk = std::move(psk), .device = {}};
  }
  const host::KeyFile file = app::or_fail(host::read_key_file(options.from, host::usmp_kinds), ExitCode::key);
  if (file.others_can_read)
    warn(options.from + ": other users can read this key; `chmod 600 " + options.from + "` ends that");
  host::UsmpKey key = host::usmp_key(file.key);
  if (options.by_reference) {
    const std::string path = std::filesystem::absolute(options.from).lexically_normal();
    return {.source = host::KeyReference{path}, .psk = std::move(key.psk), .device = key.device};
  }
  return {.source = key.psk.duplicate(), .psk = std::move(key.psk), .device = key.device};
}

// --- add

struct AddOptions {
  std::string registry, name, id;
  KeyOptions key;
  Provisioning provisioning;
  bool wire1 = false;
};

host::DeviceId id_of(const AddOptions& options, const ChosenKey& key) {
  if (options.id.empty()) {
    if (key.device) return *key.device;
    crypto::HostRandom random;
    return host::random_device_id(random);
  }
  const auto id = host::device_id_from(options.id);
  if (!id)
    throw Failure{ExitCode::usage, "usage", "--id: \"" + options.id + "\" is not six bytes like 00:1a:2b:3c:4d:5e", ""};
  if (key.device && *key.device != *id)
    throw Failure{ExitCode::usage, "usage", "--id: the key file is that of " + host::to_text(*key.device), ""};
  return *id;
}

ExitCode add(Program& program, const AddOptions& options) {
  (void)or_fail(host::check_device_name(options.name, "NAME"));
  check_before(options.provisioning);
  ChosenKey key = choose_key(options.key);
  host::DeviceWithKeys one{.device = {.id = id_of(options, key),
                                      .name = options.name,
                                      .wire1_allowed = options.wire1,
                                      .created = std::time(nullptr)},
                           .key = std::move(key.source)};
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_made);
  (void)or_fail(registry.add(std::span(&one, 1), [](std::size_t) { return std::string(); }));
  std::puts(line_of(one.device, key.psk).c_str());
  if (options.wire1)
    warn("version 1 of the wire has one key for both directions, which gives messages away; update the board");
  const bool has_it = !options.key.psk_file.empty() || !options.key.from.empty();
  if (!options.provisioning.is_asked_for() && !has_it)
    note("the device has no key yet: `tacit device export " + options.name +
         "` gives it out, with --key-file, --qr or --header");
  provide(options.provisioning, options.name, {one.device.id, std::move(key.psk)});
  return ExitCode::ok;
}

void add_add(Program& program, CLI::App& parent) {
  CLI::App& app = program.add(
      parent, "add", "make a device known, with a key of its own",
      "tacit device add boiler --key-file boiler.key         # 32 random bytes, and an id that is no board's\n"
      "tacit device add pump --id 00:1a:2b:3c:4d:5e --header device_key.h --server gateway.local\n"
      "tacit device add lamp --qr\n"
      "tacit device add old --id 00:1a:2b:3c:4d:5f --psk-file old.psk --wire1   # a board with version 0.5 of the "
      "original\n"
      "tacit device add meter --from meter.key --by-reference # the key stays in its file");
  auto options = std::make_shared<AddOptions>();
  app.add_option("name", options->name, "Its name, which no other device has.")->required()->type_name("NAME");
  app.add_option("--id", options->id, "Its id, with an ESP32 the address of its Wi-Fi; a random one when absent.")
      ->type_name("ID");
  add_key_options(app, options->key);
  app.add_flag("--wire1", options->wire1, "It may speak version 1 of the wire, which is weak.");
  add_provisioning_options(app, options->provisioning);
  add_registry_option(app, options->registry);
  app.callback([&program, options] { program.run = [&program, options] { return add(program, *options); }; });
}

// --- rotate

struct RotateOptions : DeviceOptions {
  KeyOptions key;
  Provisioning provisioning;
  double days = 7;
  bool now = false, cancel = false;
};

ExitCode cancel(DeviceRegistry& registry, const Device& device) {
  if (!or_fail(registry.cancel_rotation(device.id)))
    throw Failure{ExitCode::other, "", device.name + " has no new key that waits to be used", ""};
  return ExitCode::ok;
}

ExitCode rotate(Program& program, const RotateOptions& options) {
  check_before(options.provisioning);
  DeviceRegistry registry = open_registry(program, options.registry, Absent::is_refused);
  const Device device = find_device(registry, options);
  if (options.cancel) return cancel(registry, device);

  ChosenKey key = choose_key(options.key);
  if (key.device && *key.device != device.id)
    throw Failure{ExitCode::key, "wrong_kind",
                  options.key.from + ": the key file is that of " + host::to_text(*key.device), ""};
  const std::time_t now = std::time(nullptr), deadline = now + static_cast<std::time_t>(options.days * 86'400);
  if (options.now) (void)or_fail(registry.replace_key(device.id, key.source, now));
  else (void)or_fail(registry.begin_rotation(device.id, key.source, deadline));
  std::puts(line_of(device, key.psk).c_str());
  if (!options.now)
    note("the old key is right until this one is used, and until " + host::rfc3339(deadline) + " at the latest");
  provide(options.provisioning, device.name, {device.id, std::move(key.psk)});
  return ExitCode::ok;
}

void add_rotate(Program& program, CLI::App& parent) {
  CLI::App& app =
      program.add(parent, "rotate", "give a device a new key, and keep the old one until the new one is used",
                  "tacit device rotate boiler --key-file new.key   # the old key dies when this is used, or in 7 days\n"
                  "tacit device rotate boiler --days 30 --qr\n"
                  "tacit device rotate boiler --now --key-file new.key   # the old key was stolen: it dies at once\n"
                  "tacit device rotate boiler --cancel             # the new key is forgotten");
  auto options = std::make_shared<RotateOptions>();
  add_device_options(app, *options);
  app.add_option("--days", options->days, "When the old key dies at the latest; 7 when absent.")
      ->type_name("DAYS")
      ->check(CLI::Range(0.001, 3650.0));
  app.add_flag("--now", options->now, "The old key is dead at once, and its sessions end.");
  app.add_flag("--cancel", options->cancel, "Forget the new key that waits to be used.");
  add_key_options(app, options->key);
  add_provisioning_options(app, options->provisioning);
  app.callback([&program, options] { program.run = [&program, options] { return rotate(program, *options); }; });
}

}  // namespace

void add_device_keys(Program& program, CLI::App& device) {
  add_add(program, device);
  add_rotate(program, device);
}

}  // namespace tacit::app
