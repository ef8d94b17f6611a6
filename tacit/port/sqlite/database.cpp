#include "tacit/port/sqlite/database.hpp"

#include <sqlite3.h>

#include <utility>

namespace tacit::sqlite_port {
namespace {

Failing failing_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_CANTOPEN: return Failing::cannot_open;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Failing::busy;
    case SQLITE_READONLY: return Failing::read_only;
    case SQLITE_FULL: return Failing::disk_full;
    case SQLITE_IOERR: return Failing::cannot_write;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Failing::damaged;
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) return Failing::not_unique;
      return Failing::other;
    default: return Failing::other;
  }
}

void check(int code, sqlite3* connection) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  throw DatabaseError(failing_of(sqlite3_extended_errcode(connection)), sqlite3_errmsg(connection));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(int place, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), place, value), sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind(int place, std::string_view text) {
  // A null pointer would be NULL and not an empty text.
  const char* data = text.empty() ? "" : text.data();
  check(sqlite3_bind_text64(statement_.get(), place, data, text.size(), SQLITE_STATIC, SQLITE_UTF8),
        sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind(int place, Bytes bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  check(sqlite3_bind_blob64(statement_.get(), place, data, bytes.size(), SQLITE_STATIC),
        sqlite3_db_handle(statement_.get()));
  return *this;
}

Statement& Statement::bind_null(int place) {
  check(sqlite3_bind_null(statement_.get(), place), sqlite3_db_handle(statement_.get()));
  return *this;
}

bool Statement::step() {
  sqlite3* const connection = sqlite3_db_handle(statement_.get());
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    const DatabaseError error(failing_of(sqlite3_extended_errcode(connection)), sqlite3_errmsg(connection));
    sqlite3_reset(statement_.get());
    throw error;
  }
  sqlite3_reset(statement_.get());
  return false;
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
bool Statement::is_text(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_TEXT; }
std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Bytes Statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::optional<std::int64_t> Statement::number_if_any(int column) const {
  if (is_null(column)) return std::nullopt;
  return number(column);
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Database::Database(const std::string& path, std::chrono::milliseconds patience) {
  sqlite3* connection = nullptr;
  // SQLite falls back to reading alone by itself where the file may not be written.
  const int code = sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(connection);
  if (connection == nullptr) throw DatabaseError(Failing::other, "out of memory");
  sqlite3_extended_result_codes(connection, 1);
  check(code, connection);
  check(sqlite3_busy_timeout(connection, static_cast<int>(patience.count())), connection);
  // Nothing in a file may make this program do what it was not written to do, and what is deleted is overwritten.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  execute("PRAGMA secure_delete = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;");
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  Statement prepared(statement);
  check(code, connection_.get());
  return prepared;
}

void Database::execute(const char* sql) {
  check(sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr), connection_.get());
}

std::int64_t Database::pragma(const char* name) {
  Statement statement = prepare("PRAGMA " + std::string(name));
  return statement.step() ? statement.number(0) : 0;
}

std::int64_t Database::changed_rows() const { return sqlite3_changes64(connection_.get()); }

Transaction::Transaction(Database& database, Purpose purpose) : database_(&database) {
  database.execute(purpose == Purpose::writing ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  try {
    database_->execute("ROLLBACK");
  } catch (const DatabaseError&) {  // SQLite has done so itself: there is nothing left to roll back
  }
}

void Transaction::commit() {
  database_->execute("COMMIT");
  database_ = nullptr;
}

}  // namespace tacit::sqlite_port
