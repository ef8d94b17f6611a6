#pragma once
#include "tacit/host/context.hpp"
#include "tacit/host/problem.hpp"
#include "tacit/port/sqlite/database.hpp"

// The file of a device registry: a SQLite database that its owner alone can read.
namespace tacit::host {

// $XDG_STATE_HOME/tacit/devices.db; where that is not set, /var/lib/tacit/devices.db for root and
// ~/.local/state/tacit/devices.db for others.
std::string default_registry_path(const Sources&);

struct RegistryAccess {
  bool create = false;                       // the file, and its folder, where they are absent
  bool refuse_what_others_can_read = false;  // for what runs by itself; a command warns
  std::chrono::milliseconds patience{5000};  // for a lock that another process holds
};

struct RegistryFile {
  sqlite_port::Database database;  // of our newest version
  bool others_can_read = false;
};

// Gives cannot_read where there is none, cannot_write, others_can_read, damaged, too_new, busy, read_only, disk_full.
Attempt<RegistryFile> open_registry_file(const std::string& path, const RegistryAccess&);

Problem problem_of(const sqlite_port::DatabaseError&, const std::string& path);

}  // namespace tacit::host
