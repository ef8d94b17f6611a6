#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tacit/base/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

// SQLite, with what it takes to lose nothing: a write-ahead log that is synced with each transaction, and each way to
// fail under a name.
namespace tacit::sqlite_port {

enum class Failing : std::uint8_t {
  cannot_open,
  busy,       // another process holds the lock for longer than the patience
  read_only,  // the file, or the file system it is on
  disk_full,
  cannot_write,  // any other failure of the disk
  damaged,       // not a database, or one that contradicts itself
  too_new,       // made by a newer program (schema.hpp)
  not_unique,    // a row of that key is there already
  other,
};

// Thrown by everything here. `what()` is SQLite's own text.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(Failing failing, const std::string& text) : std::runtime_error(text), failing_(failing) {}
  Failing failing() const { return failing_; }

 private:
  Failing failing_;
};

// A prepared statement. What is bound as bytes or text has to live until the statement is stepped or bound anew.
class Statement {
 public:
  Statement& bind(int place, std::int64_t);  // places are counted from 1
  Statement& bind(int place, std::string_view);
  Statement& bind(int place, Bytes);
  Statement& bind_null(int place);
  template <class T> Statement& bind(int place, const std::optional<T>& value) {
    return value ? bind(place, *value) : bind_null(place);
  }

  // True: a row is there, to be looked at until the next step. False: it has ended, and can be bound and run again.
  bool step();
  void run() {
    while (step()) {}
  }

  // Of the row; columns are counted from 0. Spans live until the next step.
  bool is_null(int column) const;
  bool is_text(int column) const;
  std::int64_t number(int column) const;
  std::string_view text(int column) const;
  Bytes bytes(int column) const;
  std::optional<std::int64_t> number_if_any(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// One connection. It belongs to one thread at a time; other connections, other processes too, may work on the same
// file.
class Database {
 public:
  // The file has to exist. `patience`: how long to wait for a lock that somebody else holds.
  Database(const std::string& path, std::chrono::milliseconds patience);

  Statement prepare(std::string_view sql);
  void execute(const char* sql);  // one or more statements without parameters

  std::int64_t pragma(const char* name);
  std::int64_t changed_rows() const;  // by the statement that ran last

  // Another number whenever some other connection has changed the file. Reads shared memory and no disk.
  std::int64_t data_version() { return pragma("data_version"); }

 private:
  struct Close {
    void operator()(sqlite3*) const;
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

// All or nothing: what was not committed when it dies never was. For writing it takes the lock at once, so that nobody
// changes what it has read; for reading all that it reads is of one moment, and nobody waits for it.
enum class Purpose : std::uint8_t { reading, writing };
class Transaction {
 public:
  explicit Transaction(Database&, Purpose = Purpose::writing);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database* database_;  // none: committed
};

}  // namespace tacit::sqlite_port
