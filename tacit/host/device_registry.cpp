#include "tacit/host/device_registry.hpp"

#include "tacit/host/device_rows.hpp"
#include "tacit/host/nearest.hpp"

namespace tacit::host {
namespace {

using namespace device_rows;
using sqlite_port::Database;
using sqlite_port::DatabaseError;
using sqlite_port::Statement;
using sqlite_port::Transaction;

// Thrown inside of a verb, given by attempt().
struct Refusal {
  Problem problem;
};

std::string select_devices(std::string_view more, std::string_view where) {
  return "SELECT " + std::string(device_columns) + std::string(more) + " FROM device " + std::string(where);
}

Refusal unknown(const std::string& what) {
  return {{Fault::unknown_device, what, "`tacit device list` shows those that are known."}};
}

Device device_of(Database& database, const DeviceId& id) {
  Statement row = database.prepare(select_devices("", "WHERE id = ?1"));
  if (!row.bind(1, Bytes(id)).step()) throw unknown("there is no device " + to_text(id));
  return device_at(row);
}

std::vector<std::string> all_names(Database& database) {
  std::vector<std::string> names;
  Statement row = database.prepare("SELECT name FROM device");
  while (row.step()) names.emplace_back(row.text(0));
  return names;
}

void refuse_taken_name(Database& database, std::string_view name, const std::string& place) {
  Statement row = database.prepare("SELECT id FROM device WHERE name = ?1");
  if (row.bind(1, name).step())
    throw Refusal{{Fault::already_exists,
                   place + "the name " + std::string(name) + " is taken, by device " + to_text(id_at(row, 0)),
                   "Choose another name, or rename that device with `tacit device rename`."}};
}

void refuse_taken_id(Database& database, const DeviceId& id, const std::string& place) {
  Statement row = database.prepare("SELECT name FROM device WHERE id = ?1");
  if (row.bind(1, Bytes(id)).step())
    throw Refusal{{Fault::already_exists,
                   place + "device " + to_text(id) + " is known already, as " + std::string(row.text(0)),
                   "A new key for it is made by `tacit device rotate`."}};
}

void insert(Database& database, const DeviceWithKeys& one) {
  const Device& device = one.device;
  const std::int64_t key_version = next_revision(database);
  const BoundKey key(one.key), next(one.next_key ? *one.next_key : one.key);
  Statement row =
      database.prepare("INSERT INTO device VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?4)");
  row.bind(1, Bytes(device.id)).bind(2, std::string_view(device.name)).bind(4, key_version);
  key.bind(row, 3);
  if (one.next_key) {
    next.bind(row, 5);
    row.bind(6, next_revision(database)).bind(7, device.rotation_deadline);
  }
  row.bind(8, std::int64_t{device.wire1_allowed}).bind(9, std::string_view(device.revoked ? "revoked" : "active"));
  row.bind(10, std::int64_t{device.created}).bind(11, device.rotated).bind(12, device.last_seen);
  row.bind(13, std::string_view(device.last_address));
  if (device.last_wire) row.bind(14, std::int64_t{*device.last_wire});
  row.run();
  database.prepare("DELETE FROM removed WHERE id = ?1").bind(1, Bytes(device.id)).run();
}

}  // namespace

template <class F> auto DeviceRegistry::attempt(F work) -> Attempt<decltype(work())> {
  try {
    return work();
  } catch (const Refusal& refusal) { return refusal.problem; } catch (const DatabaseError& error) {
    return problem_of(error, path_);
  }
}

// One change of one device that servers have to know of: `work(device, revision)` inside of a transaction.
template <class F> Attempt<Done> DeviceRegistry::change(const DeviceId& id, F work) {
  return attempt([&] {
    Transaction transaction(database_);
    const Device device = device_of(database_, id);
    const std::int64_t revision = next_revision(database_);
    work(device, revision);
    database_.prepare("UPDATE device SET revision = ?1 WHERE id = ?2").bind(1, revision).bind(2, Bytes(id)).run();
    transaction.commit();
    return Done{};
  });
}

Attempt<DeviceRegistry> DeviceRegistry::open(const std::string& path, const RegistryAccess& access) {
  auto file = open_registry_file(path, access);
  if (!file) return file.error();
  return DeviceRegistry(*std::move(file), path);
}

Attempt<std::vector<Device>> DeviceRegistry::list() {
  return attempt([&] {
    std::vector<Device> devices;
    Statement row = database_.prepare(select_devices("", "ORDER BY name"));
    while (row.step()) devices.push_back(device_at(row));
    return devices;
  });
}

Attempt<Device> DeviceRegistry::find(std::string_view name_or_id) {
  return attempt([&] {
    if (const auto id = device_id_from(name_or_id)) return device_of(database_, *id);
    Statement row = database_.prepare(select_devices("", "WHERE name = ?1"));
    if (!row.bind(1, name_or_id).step())
      throw unknown("there is no device called " + std::string(name_or_id) +
                    suggestion(name_or_id, all_names(database_)));
    return device_at(row);
  });
}

Attempt<DeviceWithKeys> DeviceRegistry::with_keys(const DeviceId& id) {
  return attempt([&] {
    Statement row = database_.prepare(select_devices(", key, next_key", "WHERE id = ?1"));
    if (!row.bind(1, Bytes(id)).step()) throw unknown("there is no device " + to_text(id));
    DeviceWithKeys device{.device = device_at(row), .key = key_at(row, key_column)};
    if (!row.is_null(key_column + 1)) device.next_key = key_at(row, key_column + 1);
    return device;
  });
}

Attempt<Done> DeviceRegistry::add(std::span<const DeviceWithKeys> devices,
                                  const std::function<std::string(std::size_t)>& place_of) {
  return attempt([&] {
    Transaction transaction(database_);
    for (std::size_t i = 0; i < devices.size(); ++i) {
      const Device& device = devices[i].device;
      require(devices[i].next_key.has_value() == device.rotation_deadline.has_value());
      refuse_taken_id(database_, device.id, place_of(i));
      refuse_taken_name(database_, device.name, place_of(i));
      insert(database_, devices[i]);
    }
    transaction.commit();
    return Done{};
  });
}

Attempt<Done> DeviceRegistry::rename(const DeviceId& id, std::string_view name) {
  return change(id, [&](const Device& device, std::int64_t) {
    if (device.name == name) return;
    refuse_taken_name(database_, name, "");
    database_.prepare("UPDATE device SET name = ?1 WHERE id = ?2").bind(1, name).bind(2, Bytes(id)).run();
  });
}

Attempt<Done> DeviceRegistry::set_revoked(const DeviceId& id, bool revoked) {
  return change(id, [&](const Device&, std::int64_t) {
    const std::string_view state = revoked ? "revoked" : "active";
    database_.prepare("UPDATE device SET state = ?1 WHERE id = ?2").bind(1, state).bind(2, Bytes(id)).run();
  });
}

Attempt<Done> DeviceRegistry::set_wire1_allowed(const DeviceId& id, bool allowed) {
  return change(id, [&](const Device&, std::int64_t) {
    database_.prepare("UPDATE device SET wire1_allowed = ?1 WHERE id = ?2")
        .bind(1, std::int64_t{allowed})
        .bind(2, Bytes(id))
        .run();
  });
}

Attempt<Done> DeviceRegistry::remove(const DeviceId& id) {
  return change(id, [&](const Device&, std::int64_t revision) {
    database_.prepare("DELETE FROM device WHERE id = ?1").bind(1, Bytes(id)).run();
    database_.prepare("INSERT INTO removed VALUES (?1, ?2)").bind(1, Bytes(id)).bind(2, revision).run();
  });
}

Attempt<Done> DeviceRegistry::begin_rotation(const DeviceId& id, const KeySource& next, std::time_t deadline) {
  return change(id, [&](const Device& device, std::int64_t revision) {
    if (device.revoked)
      throw Refusal{{Fault::revoked, device.name + " is revoked", "`tacit device revoke --undo` lets it in again."}};
    if (device.rotation_deadline)
      throw Refusal{{Fault::rotation_running, device.name + " already has a new key that waits to be used",
                     "`tacit device rotate --cancel` forgets that one; `tacit device export` gives it out again."}};
    const BoundKey key(next);
    Statement row = database_.prepare(
        "UPDATE device SET next_key = ?1, next_key_version = ?2, rotation_deadline = ?3 WHERE id = ?4");
    key.bind(row, 1);
    row.bind(2, revision).bind(3, std::int64_t{deadline}).bind(4, Bytes(id)).run();
  });
}

Attempt<Done> DeviceRegistry::replace_key(const DeviceId& id, const KeySource& key, std::time_t now) {
  return change(id, [&](const Device&, std::int64_t revision) {
    const BoundKey bound(key);
    Statement row = database_.prepare(
        "UPDATE device SET key = ?1, key_version = ?2, rotated = ?3,"
        " next_key = NULL, next_key_version = NULL, rotation_deadline = NULL WHERE id = ?4");
    bound.bind(row, 1);
    row.bind(2, revision).bind(3, std::int64_t{now}).bind(4, Bytes(id)).run();
  });
}

Attempt<bool> DeviceRegistry::cancel_rotation(const DeviceId& id) {
  bool running = false;
  const auto done = change(id, [&](const Device& device, std::int64_t) {
    running = device.rotation_deadline.has_value();
    database_
        .prepare("UPDATE device SET next_key = NULL, next_key_version = NULL, rotation_deadline = NULL WHERE id = ?1")
        .bind(1, Bytes(id))
        .run();
  });
  if (!done) return done.error();
  return running;
}

}  // namespace tacit::host
