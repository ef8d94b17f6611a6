#include "tacit/host/device_rows.hpp"

namespace tacit::host::device_rows {
namespace {

using sqlite_port::Database;
using sqlite_port::DatabaseError;
using sqlite_port::Failing;
using sqlite_port::Statement;

constexpr std::string_view reference_prefix = "file:";

std::optional<std::uint8_t> wire_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<std::uint8_t>(row.number(column));
}

}  // namespace

DeviceId id_at(const Statement& row, int column) {
  DeviceId id{};
  if (row.bytes(column).size() != id.size()) throw DatabaseError(Failing::damaged, "a device id has another length");
  copy(row.bytes(column), id);
  return id;
}

Device device_at(const Statement& row) {
  return {.id = id_at(row, 0),
          .name = std::string(row.text(1)),
          .revoked = row.text(2) != "active",
          .wire1_allowed = row.number(3) != 0,
          .created = row.number(4),
          .rotated = row.number_if_any(5),
          .rotation_deadline = row.number_if_any(6),
          .last_seen = row.number_if_any(7),
          .last_address = std::string(row.text(8)),
          .last_wire = wire_at(row, 9)};
}

KeySource key_at(const Statement& row, int column) {
  if (row.is_text(column)) {
    const std::string_view text = row.text(column);
    if (!text.starts_with(reference_prefix))
      throw DatabaseError(Failing::damaged, "a reference to a key names no file");
    return KeyReference{std::string(text.substr(reference_prefix.size()))};
  }
  auto psk = Psk::of(row.bytes(column));
  if (!psk) throw DatabaseError(Failing::damaged, "a key has a length that none can have");
  return *std::move(psk);
}

BoundKey::BoundKey(const KeySource& source) : source_(&source) {
  if (const auto* reference = std::get_if<KeyReference>(&source))
    text_ = std::string(reference_prefix) + reference->path;
}

void BoundKey::bind(Statement& statement, int place) const {
  if (const Psk* psk = std::get_if<Psk>(source_)) statement.bind(place, psk->reveal());
  else statement.bind(place, std::string_view(text_));
}

std::int64_t next_revision(Database& database) {
  database.execute("UPDATE revision SET last = last + 1");
  Statement last = database.prepare("SELECT last FROM revision");
  if (!last.step()) throw DatabaseError(Failing::damaged, "it counts no changes");
  return last.number(0);
}

std::int64_t end_rotations_due(Database& database, std::time_t now) {
  const std::int64_t revision = next_revision(database);
  Statement end = database.prepare(
      "UPDATE device SET key = next_key, key_version = next_key_version, next_key = NULL, next_key_version = NULL,"
      " rotated = rotation_deadline, rotation_deadline = NULL, revision = ?1 WHERE rotation_deadline <= ?2");
  end.bind(1, revision).bind(2, std::int64_t{now}).run();
  return database.changed_rows();
}

}  // namespace tacit::host::device_rows
