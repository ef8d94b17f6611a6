// Goal: a file of an older form is brought up to date wholly or not at all, and what is not ours or newer than we are
// is left alone. Method: forms of two and three steps over files in a folder of the test.
#include "tacit/port/sqlite/schema.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::sqlite_port {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 3> steps{"CREATE TABLE a (x)",
                                           "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)",
                                           "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"};
constexpr Schema first{.application_id = 77, .steps = std::span(steps).first(1)};
constexpr Schema second{.application_id = 77, .steps = std::span(steps).first(2)};
constexpr Schema broken{.application_id = 77, .steps = steps};

class SchemaTest : public testing::Test {
 protected:
  Database open() const { return Database(path, 50ms); }
  Failing failing_of(const Schema& schema) const {
    try {
      Database database = open();
      bring_up_to_date(database, schema);
    } catch (const DatabaseError& error) { return error.failing(); }
    ADD_FAILURE() << "nothing failed";
    return Failing::other;
  }
  static std::int64_t number(Database& database, std::string_view query) {
    Statement statement = database.prepare(query);
    EXPECT_TRUE(statement.step());
    return statement.number(0);
  }

  host::TemporaryFolder folder;
  std::string path = folder.write("some.db", "");
};

TEST_F(SchemaTest, an_older_file_gets_the_steps_it_lacks) {
  {
    Database database = open();
    bring_up_to_date(database, first);
    database.execute("INSERT INTO a VALUES (7)");
  }
  Database database = open();
  bring_up_to_date(database, second);
  bring_up_to_date(database, second);
  EXPECT_EQ(number(database, "SELECT count(*) FROM a WHERE x = 7"), 1);
  EXPECT_EQ(number(database, "SELECT y FROM a WHERE x = 1"), 2);
  EXPECT_EQ(database.pragma("user_version"), 2);
}

TEST_F(SchemaTest, a_step_that_fails_changes_nothing) {
  Database database = open();
  bring_up_to_date(database, second);
  EXPECT_THROW(bring_up_to_date(database, broken), DatabaseError);
  EXPECT_EQ(database.pragma("user_version"), 2);
  EXPECT_EQ(number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
}

TEST_F(SchemaTest, a_newer_file_and_one_for_something_else_are_left_alone) {
  {
    Database database = open();
    bring_up_to_date(database, second);
  }
  EXPECT_EQ(failing_of(first), Failing::too_new);
  EXPECT_EQ(failing_of({.application_id = 78, .steps = std::span(steps).first(2)}), Failing::damaged);
  Database database = open();
  EXPECT_EQ(database.pragma("user_version"), 2);
}

TEST_F(SchemaTest, a_database_that_says_nothing_of_itself_is_somebody_elses) {
  open().execute("CREATE TABLE photos (x)");
  EXPECT_EQ(failing_of(first), Failing::damaged);
}

TEST_F(SchemaTest, what_is_no_database_is_named) {
  folder.write("some.db", std::string(4096, 'x'));
  EXPECT_EQ(failing_of(first), Failing::damaged);
  EXPECT_EQ(std::filesystem::file_size(path), 4096u);
}

TEST_F(SchemaTest, an_uncommitted_transaction_never_was) {
  Database database = open();
  bring_up_to_date(database, first);
  {
    Transaction transaction(database);
    database.execute("INSERT INTO a VALUES (1)");
  }
  EXPECT_EQ(number(database, "SELECT count(*) FROM a"), 0);
}

TEST_F(SchemaTest, a_lock_that_stays_is_busy_and_a_reader_waits_for_nobody) {
  Database one = open(), other = open();
  bring_up_to_date(one, first);
  const Transaction writing(one);
  EXPECT_EQ(number(other, "SELECT count(*) FROM a"), 0);
  try {
    const Transaction also(other);
    ADD_FAILURE() << "two write at once";
  } catch (const DatabaseError& error) { EXPECT_EQ(error.failing(), Failing::busy); }
}

TEST_F(SchemaTest, the_change_of_another_connection_is_seen_and_ones_own_is_not) {
  Database one = open(), other = open();
  bring_up_to_date(one, first);
  const std::int64_t before = other.data_version(), own = one.data_version();
  EXPECT_EQ(other.data_version(), before);
  one.execute("INSERT INTO a VALUES (1)");
  EXPECT_NE(other.data_version(), before);
  EXPECT_EQ(one.data_version(), own);
}

}  // namespace
}  // namespace tacit::sqlite_port
