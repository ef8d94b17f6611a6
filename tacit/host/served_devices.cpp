#include "tacit/host/served_devices.hpp"

#include "tacit/host/device_rows.hpp"

namespace tacit::host {
namespace {

using namespace device_rows;
using sqlite_port::Database;
using sqlite_port::DatabaseError;
using sqlite_port::Statement;
using sqlite_port::Transaction;

struct StoredKeys {
  KeySource current;
  KeyVersion current_version{};
  std::optional<KeySource> next;
  KeyVersion next_version{};
  bool wire1_allowed = false;
};

// As the tables say it, and as it is at this moment: of a rotation that is over the new key is all there is.
std::optional<StoredKeys> stored_keys(Database& database, const DeviceId& id, std::time_t now) {
  Statement row = database.prepare(
      "SELECT key, key_version, next_key, next_key_version, rotation_deadline, wire1_allowed FROM device"
      " WHERE id = ?1 AND state = 'active'");
  if (!row.bind(1, Bytes(id)).step()) return std::nullopt;
  const auto version = [&](int column) { return static_cast<KeyVersion>(row.number(column)); };
  const bool rotating = !row.is_null(4), over = rotating && row.number(4) <= now;
  StoredKeys keys{.current = key_at(row, over ? 2 : 0), .current_version = version(over ? 3 : 1), .next = {}};
  if (rotating && !over) {
    keys.next = key_at(row, 2);
    keys.next_version = version(3);
  }
  keys.wire1_allowed = row.number(5) != 0;
  return keys;
}

std::int64_t last_revision(Database& database) {
  Statement row = database.prepare("SELECT last FROM revision");
  return row.step() ? row.number(0) : 0;
}

DeviceChange change_at(const Statement& row) {
  DeviceChange change{.device = id_at(row, 0)};
  const bool active = row.text(1) == "active";
  if (!active) return change;
  change.current = static_cast<KeyVersion>(row.number(2));
  if (!row.is_null(3)) change.next = static_cast<KeyVersion>(row.number(3));
  change.wire1_allowed = row.number(4) != 0;
  return change;
}

std::vector<DeviceChange> changes_above(Database& database, std::int64_t revision) {
  std::vector<DeviceChange> changes;
  Statement changed = database.prepare(
      "SELECT id, state, key_version, next_key_version, wire1_allowed FROM device WHERE revision > ?1");
  changed.bind(1, revision);
  while (changed.step()) changes.push_back(change_at(changed));
  Statement removed = database.prepare("SELECT id FROM removed WHERE revision > ?1");
  removed.bind(1, revision);
  while (removed.step()) changes.push_back({.device = id_at(removed, 0)});
  return changes;
}

}  // namespace

template <class F> auto ServedDevices::attempt(F work) -> Attempt<decltype(work())> {
  try {
    return work();
  } catch (const DatabaseError& error) { return problem_of(error, path_); }
}

Attempt<ServedDevices> ServedDevices::open(const std::string& path, std::chrono::milliseconds patience) {
  auto file = open_registry_file(path, {.create = true, .refuse_what_others_can_read = true, .patience = patience});
  if (!file) return file.error();
  ServedDevices devices(*std::move(file), path);
  const auto started = devices.attempt([&] {
    devices.start();
    return Done{};
  });
  if (!started) return started.error();
  return devices;
}

void ServedDevices::start() {
  data_version_ = database_.data_version();
  revision_ = last_revision(database_);
  look_at_deadlines();
}

void ServedDevices::look_at_deadlines() {
  Statement row = database_.prepare("SELECT min(rotation_deadline) FROM device WHERE rotation_deadline IS NOT NULL");
  next_deadline_ = row.step() ? row.number_if_any(0) : std::nullopt;
}

Attempt<std::optional<DeviceKeys>> ServedDevices::keys(const DeviceId& id, std::time_t now) {
  auto stored = attempt([&] { return stored_keys(database_, id, now); });
  if (!stored) return stored.error();
  if (!*stored) return std::optional<DeviceKeys>();
  StoredKeys& found = **stored;
  auto current = psk_of(found.current, id);
  if (!current) return current.error();
  DeviceKeys keys{.current = {found.current_version, *std::move(current)}, .wire1_allowed = found.wire1_allowed};
  if (found.next) {
    auto next = psk_of(*found.next, id);
    if (!next) return next.error();
    keys.next = VersionedPsk{found.next_version, *std::move(next)};
  }
  return std::optional(std::move(keys));
}

Attempt<bool> ServedDevices::used(const DeviceId& id, KeyVersion version, std::time_t now) {
  return attempt([&] {
    // Nearly always nothing is to be written.
    const auto right = stored_keys(database_, id, now);
    if (!right) return false;
    if (version == right->current_version) return true;
    if (!right->next || version != right->next_version) return false;

    Transaction transaction(database_);
    const std::int64_t revision = next_revision(database_);
    Statement end = database_.prepare(
        "UPDATE device SET key = next_key, key_version = next_key_version, next_key = NULL, next_key_version = NULL,"
        " rotated = ?1, rotation_deadline = NULL, revision = ?2 WHERE id = ?3 AND next_key_version = ?4");
    end.bind(1, std::int64_t{now})
        .bind(2, revision)
        .bind(3, Bytes(id))
        .bind(4, std::int64_t{static_cast<std::uint32_t>(version)});
    end.run();
    const bool ended = database_.changed_rows() == 1;
    transaction.commit();
    changed_here_ = true;
    if (ended) return true;
    // Another server was first, or the owner changed it again.
    const auto after = stored_keys(database_, id, now);
    return after && version == after->current_version;
  });
}

Attempt<Done> ServedDevices::seen(const DeviceId& id, Seen what) {
  if (seen_.size() >= seen_max && !seen_.contains(id)) {
    if (auto flushed = flush(); !flushed) return flushed.error();
  }
  seen_.insert_or_assign(id, std::move(what));
  return Done{};
}

Attempt<Done> ServedDevices::flush() {
  if (seen_.empty()) return Done{};
  return attempt([&] {
    Transaction transaction(database_);
    Statement row = database_.prepare(
        "UPDATE device SET last_seen = ?1, last_address = ?2, last_wire = ?3 WHERE id = ?4 AND ifnull(last_seen, 0) <= "
        "?1");
    for (const auto& [id, what] : seen_) {
      row.bind(1, std::int64_t{what.when}).bind(2, std::string_view(what.address));
      row.bind(3, std::int64_t{what.wire}).bind(4, Bytes(id)).run();
    }
    transaction.commit();
    seen_.clear();
    return Done{};
  });
}

Attempt<std::vector<DeviceChange>> ServedDevices::changes(std::time_t now) {
  return attempt([&] {
    // Before the tables are read: what is changed after this is another version, and is seen the next time.
    const std::int64_t data_version = database_.data_version();
    const bool due = next_deadline_ && *next_deadline_ <= now;
    if (data_version == data_version_ && !changed_here_ && !due) return std::vector<DeviceChange>();
    if (due) {
      Transaction transaction(database_);
      end_rotations_due(database_, now);
      transaction.commit();
    }
    // One moment for all that is read, or a revision between two of them would be passed over.
    Transaction moment(database_, sqlite_port::Purpose::reading);
    std::vector<DeviceChange> changes = changes_above(database_, revision_);
    const std::int64_t revision = last_revision(database_);
    look_at_deadlines();
    moment.commit();
    revision_ = revision;
    data_version_ = data_version;
    changed_here_ = false;
    return changes;
  });
}

Attempt<bool> ServedDevices::any_wire1() {
  return attempt([&] {
    Statement row = database_.prepare("SELECT 1 FROM device WHERE wire1_allowed = 1 AND state = 'active' LIMIT 1");
    return row.step();
  });
}

}  // namespace tacit::host
