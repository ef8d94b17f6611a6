// A server finds its sessions by their names and by their devices, and forgets those that have ended in both.
#include "tacit/host/usmp_session_table.hpp"

#include <gmock/gmock.h>

namespace tacit::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Name = UsmpSessionTable::Name;

constexpr DeviceId lamp{1}, pump{2};

Name name(std::uint32_t shard, std::uint32_t slot) {
  Name name{.shard = shard, .session = {}};
  name.session.slot = slot;
  return name;
}
UsmpSessionTable::Session session(const Name& name, const DeviceId& device, usmp::Wire wire = usmp::Wire::v2) {
  UsmpSessionTable::Session session{};
  session.name = name;
  session.device = device;
  session.wire = wire;
  return session;
}

TEST(UsmpSessionTable, the_newest_session_of_a_device_is_the_last_that_began_wherever_it_is) {
  UsmpSessionTable table;
  EXPECT_FALSE(table.newest_of(lamp));
  table.add(session(name(1, 7), lamp));
  table.add(session(name(0, 3), lamp));
  table.add(session(name(0, 4), pump));
  EXPECT_EQ(table.newest_of(lamp), name(0, 3));
  EXPECT_THAT(table.of_device(lamp), ElementsAre(name(1, 7), name(0, 3)));
  table.remove(name(0, 3));
  EXPECT_EQ(table.newest_of(lamp), name(1, 7));
}

TEST(UsmpSessionTable, what_has_ended_is_found_by_nothing) {
  UsmpSessionTable table;
  table.add(session(name(0, 1), lamp, usmp::Wire::v1));
  EXPECT_EQ(table.weak(), 1u);
  const auto removed = table.remove(name(0, 1));
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->device, lamp);
  EXPECT_FALSE(table.remove(name(0, 1)));
  EXPECT_EQ(table.find(name(0, 1)), nullptr);
  EXPECT_THAT(table.of_device(lamp), IsEmpty());
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.weak(), 0u);
}

TEST(UsmpSessionTable, sessions_are_listed_by_their_age) {
  UsmpSessionTable table;
  for (const auto& one : {name(1, 1), name(0, 9), name(0, 2)}) table.add(session(one, lamp));
  std::vector<Name> names;
  for (const auto& one : table.by_age()) names.push_back(one.name);
  EXPECT_THAT(names, ElementsAre(name(1, 1), name(0, 9), name(0, 2)));
}

}  // namespace
}  // namespace tacit::host
