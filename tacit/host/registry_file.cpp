#include "tacit/host/registry_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "tacit/host/private_file.hpp"
#include "tacit/port/sqlite/schema.hpp"

namespace tacit::host {
namespace {

namespace fs = std::filesystem;
using sqlite_port::DatabaseError;
using sqlite_port::Failing;

// A key is a PSK (a blob), or where to find it: the text "file:" and an absolute path.
//
// `revision` counts the changes that a running server has to know of: each gives its device the next number, and a
// server asks for those above what it has seen. A key's version is the revision that brought it, so no two keys ever
// have the same, and a session made with one that is no longer here is known by that.
constexpr std::array steps{R"(
  CREATE TABLE revision (last INTEGER NOT NULL);
  INSERT INTO revision VALUES (0);

  CREATE TABLE device (
    id                 BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 6),
    name               TEXT NOT NULL UNIQUE,
    key                NOT NULL,
    key_version        INTEGER NOT NULL,
    next_key,
    next_key_version   INTEGER,
    rotation_deadline  INTEGER,
    wire1_allowed      INTEGER NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    created            INTEGER NOT NULL,
    rotated            INTEGER,
    last_seen          INTEGER,
    last_address       TEXT NOT NULL,
    last_wire          INTEGER,
    revision           INTEGER NOT NULL,
    CHECK ((next_key IS NULL) = (next_key_version IS NULL) AND (next_key IS NULL) = (rotation_deadline IS NULL))
  ) WITHOUT ROWID;
  CREATE INDEX device_by_revision ON device (revision);
  CREATE INDEX device_by_rotation_deadline ON device (rotation_deadline) WHERE rotation_deadline IS NOT NULL;

  -- What is gone, for servers that have not heard of it yet. An id that comes back leaves this table.
  CREATE TABLE removed (id BLOB PRIMARY KEY NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX removed_by_revision ON removed (revision);
)"};

constexpr sqlite_port::Schema schema{.application_id = 0x54414344, .steps = steps};  // "TACD"

std::string text_of_errno(int error) { return std::generic_category().message(error); }

// The folder as it has to be for secrets; one that exists already is its owner's affair.
std::optional<Problem> make_folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  if (folder.empty() || fs::exists(folder)) return std::nullopt;
  std::error_code error;
  fs::create_directories(folder.parent_path().empty() ? "." : folder.parent_path(), error);
  if (!error && ::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) error = {errno, std::generic_category()};
  if (!error) return std::nullopt;
  return Problem{Fault::cannot_write, folder.string() + ": cannot be made: " + error.message(), ""};
}

// SQLite would create it as the umask says, and gives its other files the mode of this one.
std::optional<Problem> make_file(const std::string& path) {
  if (auto problem = make_folder_of(path)) return problem;
  const auto created = create_private_file(path, "");
  if (created || created.error().fault == Fault::already_exists) return std::nullopt;
  return created.error();
}

}  // namespace

std::string default_registry_path(const Sources& sources) { return state_folder(sources) + "/devices.db"; }

Attempt<RegistryFile> open_registry_file(const std::string& path, const RegistryAccess& access) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT || !access.create) {
      const std::string next = errno == ENOENT ? "`tacit device add` makes a registry." : "";
      return Problem{Fault::cannot_read, path + ": cannot be read: " + text_of_errno(errno), next};
    }
    if (auto problem = make_file(path)) return *std::move(problem);
    if (::stat(path.c_str(), &status) != 0)
      return Problem{Fault::cannot_read, path + ": cannot be read: " + text_of_errno(errno), ""};
  }
  const bool others_can_read = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (others_can_read && access.refuse_what_others_can_read)
    return Problem{Fault::others_can_read, path + ": other users can read the keys in this registry",
                   "`chmod 600 " + path + "` ends that."};
  try {
    RegistryFile file{sqlite_port::Database(path, access.patience), others_can_read};
    bring_up_to_date(file.database, schema);
    return file;
  } catch (const DatabaseError& error) { return problem_of(error, path); }
}

Problem problem_of(const DatabaseError& error, const std::string& path) {
  const std::string text = error.what();
  switch (error.failing()) {
    case Failing::cannot_open: return {Fault::cannot_read, path + ": cannot be opened: " + text, ""};
    case Failing::busy: return {Fault::busy, path + ": another process holds this registry locked", "Try again."};
    case Failing::read_only:
      return {Fault::read_only, path + ": cannot be written: " + text, "Who owns the file, and its folder, can write."};
    case Failing::disk_full:
      return {Fault::disk_full, path + ": cannot be written: the disk is full",
              "Nothing was changed; make room first."};
    case Failing::cannot_write: return {Fault::cannot_write, path + ": cannot be written: " + text, ""};
    case Failing::damaged:
      return {Fault::damaged, path + ": is not a device registry, or is damaged: " + text,
              "Is this the right file? `tacit device import` fills a new one from an export."};
    case Failing::too_new:
      return {Fault::too_new, path + ": was made by a newer Tacit: " + text, "Use that one; the file stays as it is."};
    case Failing::not_unique: return {Fault::already_exists, path + ": exists already: " + text, ""};
    case Failing::other: return {Fault::cannot_read, path + ": " + text, ""};
  }
  require(false);
  return {};
}

}  // namespace tacit::host
