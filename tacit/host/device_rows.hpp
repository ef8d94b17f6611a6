#pragma once
#include "tacit/host/device_record.hpp"
#include "tacit/port/sqlite/database.hpp"

// How devices lie in the tables of a registry, for the two classes that work on them. All of it throws DatabaseError.
namespace tacit::host::device_rows {

inline constexpr std::string_view device_columns =
    "id, name, state, wire1_allowed, created, rotated, rotation_deadline, last_seen, last_address, last_wire";
inline constexpr int key_column = 10;  // of what selects device_columns and then `key, next_key`

Device device_at(const sqlite_port::Statement& row);
DeviceId id_at(const sqlite_port::Statement& row, int column);

// A KeySource as a column holds it: a PSK as a blob, a reference as the text "file:PATH".
KeySource key_at(const sqlite_port::Statement& row, int column);

class BoundKey {  // lives until the statement has run
 public:
  explicit BoundKey(const KeySource& source);
  void bind(sqlite_port::Statement&, int place) const;

 private:
  const KeySource* source_;
  std::string text_;
};

// The next number for a change that servers have to know of, inside of the transaction that makes it.
std::int64_t next_revision(sqlite_port::Database&);

// Ends rotations of which the deadline has come: the new key takes the old one's place. How many there were.
std::int64_t end_rotations_due(sqlite_port::Database&, std::time_t now);

}  // namespace tacit::host::device_rows
