// Goal: the registry keeps what its owner says, tells a running server of it, and names whatever keeps it from that
// without losing anything. Method: two connections to real files, one as the command and one as the server, with times
// that are variables.
#include "tacit/host/device_registry.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tacit/host/served_devices.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

using namespace std::chrono_literals;

constexpr std::time_t noon = 1'763'800'000, week = 7 * 86'400;

Psk psk(std::uint8_t fill) { return *psk_from(std::vector<std::uint8_t>(32, fill), ""); }
DeviceId id(std::uint8_t last) { return {2, 0, 0, 0, 0, last}; }
DeviceWithKeys device(std::uint8_t number, const std::string& name) {
  return {.device = {.id = id(number), .name = name, .created = noon}, .key = psk(number)};
}
std::string no_place(std::size_t) { return ""; }

class Registry : public testing::Test {
 protected:
  DeviceRegistry command(std::chrono::milliseconds patience = 5s) const {
    auto opened = DeviceRegistry::open(path, {.create = true, .patience = patience});
    EXPECT_TRUE(opened.has_value()) << opened.error().what;
    return *std::move(opened);
  }
  ServedDevices server() const {
    auto opened = ServedDevices::open(path, 5s);
    EXPECT_TRUE(opened.has_value()) << opened.error().what;
    return *std::move(opened);
  }
  static void add(DeviceRegistry& registry, std::uint8_t number, const std::string& name) {
    const std::vector<DeviceWithKeys> one = [&] {
      std::vector<DeviceWithKeys> list;
      list.push_back(device(number, name));
      return list;
    }();
    const auto added = registry.add(one, no_place);
    ASSERT_TRUE(added.has_value()) << added.error().what;
  }
  static std::optional<DeviceKeys> keys(ServedDevices& served, std::uint8_t number, std::time_t now = noon) {
    auto found = served.keys(id(number), now);
    EXPECT_TRUE(found.has_value()) << found.error().what;
    return *std::move(found);
  }
  static std::vector<DeviceChange> changes(ServedDevices& served, std::time_t now = noon) {
    auto found = served.changes(now);
    EXPECT_TRUE(found.has_value()) << found.error().what;
    return *std::move(found);
  }
  Fault open_fault() const { return DeviceRegistry::open(path, {.patience = 50ms}).error().fault; }

  TemporaryFolder folder;
  std::string path = folder / "state/devices.db";
};

TEST_F(Registry, what_is_added_is_found_by_name_and_by_id) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  EXPECT_EQ(registry.find("boiler")->id, id(1));
  EXPECT_EQ(registry.find("02:00:00:00:00:01")->name, "boiler");
  EXPECT_EQ(registry.find("boiler")->created, noon);
  EXPECT_FALSE(registry.find("boiler")->last_seen.has_value());
  const auto unknown = registry.find("boilre");
  EXPECT_EQ(unknown.error().fault, Fault::unknown_device);
  EXPECT_NE(unknown.error().what.find("did you mean boiler?"), std::string::npos);
  EXPECT_EQ(registry.find("02:00:00:00:00:02").error().fault, Fault::unknown_device);
}

TEST_F(Registry, its_file_is_its_owners_alone_whatever_the_umask) {
  for (const mode_t mask : {0000u, 0777u}) {
    path = folder / (std::to_string(mask) + "/devices.db");
    const mode_t before = ::umask(mask == 0777u ? 0077u : mask);
    DeviceRegistry registry = command();
    add(registry, 1, "boiler");
    ::umask(before);
    for (const char* suffix : {"", "-wal", "-shm"}) {
      struct stat status{};
      ASSERT_EQ(::stat((path + suffix).c_str(), &status), 0) << suffix;
      EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
    }
  }
}

TEST_F(Registry, a_server_refuses_a_file_that_others_can_read_and_a_command_knows) {
  (void)command();
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(ServedDevices::open(path, 1s).error().fault, Fault::others_can_read);
  EXPECT_TRUE(DeviceRegistry::open(path)->others_can_read());
}

TEST_F(Registry, all_devices_are_added_or_none) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  std::vector<DeviceWithKeys> more;
  more.push_back(device(2, "pump"));
  more.push_back(device(3, "boiler"));
  const auto place = [](std::size_t i) { return "list:" + std::to_string(i + 1) + ": "; };
  const auto taken = registry.add(more, place);
  EXPECT_EQ(taken.error().fault, Fault::already_exists);
  EXPECT_TRUE(taken.error().what.starts_with("list:2: the name boiler is taken")) << taken.error().what;
  more[1] = device(2, "valve");  // the same id twice
  EXPECT_EQ(registry.add(more, place).error().fault, Fault::already_exists);
  EXPECT_EQ(registry.list()->size(), 1u);
}

TEST_F(Registry, a_device_gets_another_name_but_not_a_taken_one) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  add(registry, 2, "pump");
  EXPECT_EQ(registry.rename(id(1), "pump").error().fault, Fault::already_exists);
  EXPECT_TRUE(registry.rename(id(1), "boiler").has_value());
  EXPECT_TRUE(registry.rename(id(1), "heater").has_value());
  EXPECT_EQ(registry.find("heater")->id, id(1));
  EXPECT_EQ(registry.rename(id(9), "x").error().fault, Fault::unknown_device);
}

TEST_F(Registry, a_server_finds_the_keys_of_active_devices_alone) {
  DeviceRegistry registry = command();
  ServedDevices served = server();
  add(registry, 1, "boiler");
  const auto found = keys(served, 1);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(text_of(found->current.psk.reveal()), std::string(32, 1));
  EXPECT_FALSE(found->next.has_value());
  EXPECT_FALSE(found->wire1_allowed);
  EXPECT_FALSE(keys(served, 2).has_value());
  ASSERT_TRUE(registry.set_revoked(id(1), true).has_value());
  EXPECT_FALSE(keys(served, 1).has_value());
  ASSERT_TRUE(registry.set_revoked(id(1), false).has_value());
  EXPECT_TRUE(keys(served, 1).has_value());
}

TEST_F(Registry, what_the_command_changes_reaches_the_server) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  add(registry, 2, "pump");
  ServedDevices served = server();
  EXPECT_TRUE(changes(served).empty());
  const KeyVersion version = keys(served, 1)->current.version;

  ASSERT_TRUE(registry.set_revoked(id(1), true).has_value());
  auto told = changes(served);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].device, id(1));
  EXPECT_FALSE(told[0].is_right(version));
  EXPECT_FALSE(told[0].is_known());
  EXPECT_TRUE(changes(served).empty());

  ASSERT_TRUE(registry.set_wire1_allowed(id(2), true).has_value());
  EXPECT_TRUE(*served.any_wire1());
  told = changes(served);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].wire1_allowed);
  EXPECT_TRUE(told[0].is_right(keys(served, 2)->current.version));

  ASSERT_TRUE(registry.remove(id(2)).has_value());
  told = changes(served);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].device, id(2));
  EXPECT_FALSE(told[0].is_known());
}

TEST_F(Registry, a_device_that_was_removed_and_added_again_has_another_key) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server();
  const KeyVersion before = keys(served, 1)->current.version;
  ASSERT_TRUE(registry.remove(id(1)).has_value());
  add(registry, 1, "boiler");
  const auto told = changes(served);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].is_known());
  EXPECT_FALSE(told[0].is_right(before));
}

TEST_F(Registry, a_rotation_ends_when_the_new_key_is_used) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server();
  ASSERT_TRUE(registry.begin_rotation(id(1), psk(9), noon + week).has_value());
  const auto both = keys(served, 1);
  ASSERT_TRUE(both->next.has_value());
  auto told = changes(served);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].is_right(both->current.version) && told[0].is_right(both->next->version));

  EXPECT_TRUE(*served.used(id(1), both->current.version, noon));
  EXPECT_TRUE(keys(served, 1)->next.has_value()) << "the old key in use ends nothing";

  EXPECT_TRUE(*served.used(id(1), both->next->version, noon + 60));
  const auto after = keys(served, 1);
  EXPECT_FALSE(after->next.has_value());
  EXPECT_EQ(text_of(after->current.psk.reveal()), std::string(32, 9));
  EXPECT_EQ(registry.find("boiler")->rotated, noon + 60);
  told = changes(served);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].is_right(both->current.version)) << "sessions of the old key have to end";
  EXPECT_TRUE(told[0].is_right(both->next->version));
  EXPECT_FALSE(*served.used(id(1), both->current.version, noon + 61));
  EXPECT_TRUE(*served.used(id(1), both->next->version, noon + 61));
}

TEST_F(Registry, a_rotation_ends_at_its_deadline) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server();
  ASSERT_TRUE(registry.begin_rotation(id(1), psk(9), noon + week).has_value());
  (void)changes(served);
  const KeyVersion before = keys(served, 1)->current.version;
  EXPECT_TRUE(changes(served, noon + week - 1).empty());
  EXPECT_EQ(keys(served, 1, noon + week - 1)->current.version, before);

  const auto late = keys(served, 1, noon + week);
  EXPECT_FALSE(late->next.has_value());
  EXPECT_EQ(text_of(late->current.psk.reveal()), std::string(32, 9));
  EXPECT_FALSE(*served.used(id(1), before, noon + week));
  const auto told = changes(served, noon + week);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_FALSE(told[0].is_right(before));
  EXPECT_FALSE(registry.find("boiler")->rotation_deadline.has_value());
}

TEST_F(Registry, a_rotation_can_be_forgotten_and_no_second_one_begins) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server();
  EXPECT_FALSE(*registry.cancel_rotation(id(1)));
  ASSERT_TRUE(registry.begin_rotation(id(1), psk(9), noon + week).has_value());
  EXPECT_EQ(registry.begin_rotation(id(1), psk(8), noon + week).error().fault, Fault::rotation_running);
  const KeyVersion forgotten = keys(served, 1)->next->version;
  EXPECT_TRUE(*registry.cancel_rotation(id(1)));
  EXPECT_FALSE(*served.used(id(1), forgotten, noon)) << "a handshake that was under way";
  ASSERT_TRUE(registry.begin_rotation(id(1), psk(8), noon + week).has_value());
  EXPECT_NE(keys(served, 1)->next->version, forgotten);
  EXPECT_FALSE(*served.used(id(1), forgotten, noon));
}

TEST_F(Registry, a_key_that_is_replaced_is_dead_at_once) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server();
  const KeyVersion before = keys(served, 1)->current.version;
  ASSERT_TRUE(registry.replace_key(id(1), psk(9), noon + 5).has_value());
  EXPECT_FALSE(changes(served)[0].is_right(before));
  EXPECT_EQ(registry.find("boiler")->rotated, noon + 5);
  ASSERT_TRUE(registry.set_revoked(id(1), true).has_value());
  EXPECT_EQ(registry.begin_rotation(id(1), psk(7), noon + week).error().fault, Fault::revoked);
}

TEST_F(Registry, what_is_seen_is_written_when_it_is_flushed_and_never_backwards) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server(), other = server();
  ASSERT_TRUE(served.seen(id(1), {noon, "192.0.2.1:5", 2}).has_value());
  ASSERT_TRUE(served.seen(id(1), {noon + 9, "192.0.2.1:6", 1}).has_value());
  EXPECT_FALSE(registry.find("boiler")->last_seen.has_value());
  ASSERT_TRUE(served.flush().has_value());
  ASSERT_TRUE(other.seen(id(1), {noon + 3, "192.0.2.9:9", 2}).has_value());
  ASSERT_TRUE(other.flush().has_value());
  const Device found = *registry.find("boiler");
  EXPECT_EQ(found.last_seen, noon + 9);
  EXPECT_EQ(found.last_address, "192.0.2.1:6");
  EXPECT_EQ(found.last_wire, 1);
  EXPECT_TRUE(changes(served).empty()) << "being seen is no change that matters to a server";
}

TEST_F(Registry, a_server_keeps_a_bounded_number_of_sightings) {
  DeviceRegistry registry = command();
  add(registry, 1, "boiler");
  ServedDevices served = server();
  ASSERT_TRUE(served.seen(id(1), {noon, "192.0.2.1:5", 2}).has_value());
  for (std::size_t i = 0; i < ServedDevices::seen_max; ++i)
    ASSERT_TRUE(
        served.seen({9, 9, 9, 9, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}, {noon, "", 2}));
  EXPECT_EQ(registry.find("boiler")->last_seen, noon);
}

TEST_F(Registry, a_referred_key_lies_outside_of_the_database) {
  KeyText text;
  write_key_text(key_of(id(1), psk(0xAB)), "", text);
  DeviceWithKeys one = device(1, "boiler");
  one.key = KeyReference{folder.write("boiler.key", std::string(text.reveal()))};
  DeviceRegistry registry = command();
  ASSERT_TRUE(registry.add(std::span(&one, 1), no_place).has_value());
  ServedDevices served = server();
  EXPECT_EQ(text_of(keys(served, 1)->current.psk.reveal()), std::string(32, '\xAB'));
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(path + suffix, std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(all.find(std::string(16, '\xAB')), std::string::npos) << suffix;
  }
  std::filesystem::remove(folder / "boiler.key");
  EXPECT_EQ(served.keys(id(1), noon).error().fault, Fault::cannot_read);
}

// --- Whatever is wrong has a name, and loses nothing.

TEST_F(Registry, an_absent_file_is_not_made_by_asking) {
  EXPECT_EQ(open_fault(), Fault::cannot_read);
  EXPECT_FALSE(std::filesystem::exists(folder / "state"));
}

TEST_F(Registry, a_file_of_something_else_or_of_nothing_is_named) {
  folder.write("state/devices.db",
               "this is no database, and it is longer than a hundred bytes, so that SQLite looks at it; "
               "there is no more to it than that");
  EXPECT_EQ(open_fault(), Fault::damaged);
}

TEST_F(Registry, a_damaged_file_is_named) {
  {
    DeviceRegistry registry = command();
    for (std::uint8_t i = 0; i < 200; ++i) add(registry, i, "device " + std::to_string(i));
  }
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(std::filesystem::file_size(path) - 4096, '\x55');
  }
  auto opened = DeviceRegistry::open(path, {.patience = 50ms});
  EXPECT_EQ(opened ? opened->list().error().fault : opened.error().fault, Fault::damaged);
}

TEST_F(Registry, a_locked_file_is_busy_and_a_server_goes_on_reading) {
  DeviceRegistry registry = command(50ms);
  add(registry, 1, "boiler");
  auto served = ServedDevices::open(path, 50ms);
  sqlite_port::Database other(path, 50ms);
  {
    const sqlite_port::Transaction writing(other);
    EXPECT_EQ(registry.rename(id(1), "pump").error().fault, Fault::busy);
    EXPECT_TRUE(keys(*served, 1).has_value());
    ASSERT_TRUE(served->seen(id(1), {noon, "192.0.2.1:5", 2}).has_value());
    EXPECT_EQ(served->flush().error().fault, Fault::busy);
  }
  EXPECT_TRUE(served->flush().has_value());
  EXPECT_EQ(registry.find("boiler")->last_seen, noon) << "what could not be written was kept";
}

// A disk of 256 KiB, where this may be had.
TEST_F(Registry, a_full_disk_is_named_and_loses_nothing) {
  std::filesystem::create_directories(folder / "state");
  if (::mount("tmpfs", (folder / "state").c_str(), "tmpfs", 0, "size=256k") != 0)
    GTEST_SKIP() << "no disk may be mounted";
  struct Unmount {
    std::string where;
    ~Unmount() { ::umount2(where.c_str(), MNT_DETACH); }
  } const unmount{folder / "state"};

  DeviceRegistry registry = command();
  std::size_t added = 0;
  std::optional<Fault> fault;
  for (std::size_t i = 0; i < 5000 && !fault; ++i) {
    std::vector<DeviceWithKeys> one;
    one.push_back(device(0, "device " + std::to_string(i)));
    one[0].device.id = {9, 9, 9, 9, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    const auto done = registry.add(one, no_place);
    if (done) ++added;
    else fault = done.error().fault;
  }
  EXPECT_EQ(fault, Fault::disk_full);
  EXPECT_GT(added, 10u);
  EXPECT_EQ(registry.list()->size(), added);
}

TEST_F(Registry, a_file_that_may_not_be_written_is_read_only) {
  {
    DeviceRegistry registry = command();
    add(registry, 1, "boiler");
  }
  // Root may write everything, so somebody else tries, in a process of its own.
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder / "state").c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::seteuid(65'534) != 0) ::_exit(3);
    auto opened = DeviceRegistry::open(path, {.patience = 50ms});
    const Fault fault = opened ? opened->rename(id(1), "pump").error().fault : opened.error().fault;
    ::_exit(fault == Fault::read_only || fault == Fault::cannot_read ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(command().find("boiler").has_value());
}

TEST_F(Registry, a_file_of_a_newer_program_is_refused_and_stays_as_it_is) {
  (void)command();
  sqlite_port::Database(path, 50ms).execute("PRAGMA user_version = 99");
  EXPECT_EQ(open_fault(), Fault::too_new);
  EXPECT_EQ(sqlite_port::Database(path, 50ms).pragma("user_version"), 99);
}

TEST_F(Registry, two_processes_work_on_it_at_once) {
  (void)command();
  constexpr int each = 50;
  const auto work = [&](std::uint8_t side) {
    auto registry = DeviceRegistry::open(path);
    if (!registry) return false;
    for (int i = 0; i < each; ++i) {
      std::vector<DeviceWithKeys> one;
      one.push_back(device(0, std::to_string(side) + "-" + std::to_string(i)));
      one[0].device.id = {9, 9, 9, 9, side, static_cast<std::uint8_t>(i)};
      if (!registry->add(one, no_place)) return false;
    }
    return true;
  };
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work(1) ? 0 : 1);
  EXPECT_TRUE(work(2));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(command().list()->size(), 2u * each);
}

}  // namespace
}  // namespace tacit::host
