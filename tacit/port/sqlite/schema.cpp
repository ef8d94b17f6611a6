#include "tacit/port/sqlite/schema.hpp"

namespace tacit::sqlite_port {
namespace {

bool is_empty(Database& database) {
  Statement tables = database.prepare("SELECT count(*) FROM sqlite_schema");
  return tables.step() && tables.number(0) == 0;
}

// How many steps the file has seen; throws where it is not for us.
std::size_t steps_seen(Database& database, const Schema& schema) {
  const std::int64_t kind = database.pragma("application_id"), seen = database.pragma("user_version");
  if (kind == 0 && seen == 0 && is_empty(database)) return 0;
  if (kind != schema.application_id || seen < 1)
    throw DatabaseError(Failing::damaged, "it is a database for something else");
  if (static_cast<std::size_t>(seen) > schema.steps.size())
    throw DatabaseError(Failing::too_new, "it has version " + std::to_string(seen) + ", and this program knows " +
                                              std::to_string(schema.steps.size()));
  return static_cast<std::size_t>(seen);
}

}  // namespace

void bring_up_to_date(Database& database, const Schema& schema) {
  if (steps_seen(database, schema) == schema.steps.size()) return;
  // Readers go on while somebody writes. The mode is a property of the file and cannot change inside a transaction.
  database.execute("PRAGMA journal_mode = WAL");
  Transaction transaction(database);
  // Somebody else may have done it while we waited for the lock.
  for (std::size_t step = steps_seen(database, schema); step < schema.steps.size(); ++step)
    database.execute(schema.steps[step]);
  database.execute(("PRAGMA application_id = " + std::to_string(schema.application_id)).c_str());
  database.execute(("PRAGMA user_version = " + std::to_string(schema.steps.size())).c_str());
  transaction.commit();
}

}  // namespace tacit::sqlite_port
