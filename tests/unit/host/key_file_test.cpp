// Goal: a key file is readable by its owner alone, never overwrites anything, and says so when others can
// read it. Method: real files in a folder of our own, under hostile umasks.
#include "tacit/host/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "temporary_folder.hpp"

namespace tacit::host {
namespace {

Key some_key() { return Key(KeyKind::nomq_v1, std::array<std::uint8_t, 64>{1, 2, 3}); }

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(KeyFile, what_is_written_is_read) {
  const TemporaryFolder folder;
  ASSERT_TRUE(create_key_file(folder / "lab.key", some_key(), 1'763'778'600).has_value());
  const auto file = read_key_file(folder / "lab.key", nomq_kinds);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(text_of(file->key.reveal()), text_of(some_key().reveal()));
  EXPECT_EQ(file->created, "2025-11-22T02:30:00Z");
  EXPECT_FALSE(file->others_can_read);
}

TEST(KeyFile, its_mode_does_not_depend_on_the_umask) {
  const TemporaryFolder folder;
  for (const mode_t mask : {0000u, 0022u, 0077u, 0777u}) {
    const std::string path = folder / std::to_string(mask);
    const mode_t before = ::umask(mask);
    const bool created = create_key_file(path, some_key(), 0).has_value();
    ::umask(before);
    ASSERT_TRUE(created);
    EXPECT_EQ(mode_of(path), 0600u);
  }
}

TEST(KeyFile, nothing_is_ever_overwritten_nor_written_through_a_link) {
  const TemporaryFolder folder;
  folder.write("there", "precious");
  ASSERT_EQ(::symlink("nowhere", (folder / "link").c_str()), 0);
  for (const char* name : {"there", "link"}) {
    const auto created = create_key_file(folder / name, some_key(), 0);
    ASSERT_FALSE(created.has_value());
    EXPECT_EQ(created.error().fault, Fault::already_exists);
  }
  EXPECT_EQ(std::filesystem::file_size(folder / "there"), 8u);
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

TEST(KeyFile, a_file_that_cannot_be_written_whole_is_removed) {
  const TemporaryFolder folder;
  EXPECT_EQ(create_key_file(folder / "no/such/folder", some_key(), 0).error().fault, Fault::cannot_write);

  // A full disk: no file may grow beyond ten bytes.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tiny{.rlim_cur = 10, .rlim_max = before.rlim_max};
  const auto default_action = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tiny), 0);
  const auto created = create_key_file(folder / "lab.key", some_key(), 0);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, default_action);
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().fault, Fault::cannot_write);
  EXPECT_FALSE(std::filesystem::exists(folder / "lab.key"));
}

TEST(KeyFile, others_who_can_read_it_are_noticed) {
  const TemporaryFolder folder;
  ASSERT_TRUE(create_key_file(folder / "lab.key", some_key(), 0).has_value());
  for (const mode_t mode : {0640u, 0604u, 0660u}) {
    ASSERT_EQ(::chmod((folder / "lab.key").c_str(), mode), 0);
    EXPECT_TRUE(read_key_file(folder / "lab.key", nomq_kinds)->others_can_read) << mode;
  }
}

TEST(KeyFile, never_more_than_its_bound_is_read) {
  const auto endless = read_key_file("/dev/zero", nomq_kinds);
  ASSERT_FALSE(endless.has_value());
  EXPECT_EQ(endless.error().fault, Fault::file_too_large);

  const TemporaryFolder folder;
  EXPECT_EQ(read_key_file(folder.write("big", std::string(4097, '#')), nomq_kinds).error().fault,
            Fault::file_too_large);
  EXPECT_EQ(read_key_file(folder.write("fits", std::string(4096, '#')), nomq_kinds).error().fault, Fault::no_key);
}

TEST(KeyFile, what_cannot_be_read_says_why) {
  const TemporaryFolder folder;
  const auto absent = read_key_file(folder / "absent", nomq_kinds);
  EXPECT_EQ(absent.error().fault, Fault::cannot_read);
  EXPECT_EQ(absent.error().what, folder / "absent" + ": cannot be read: No such file or directory");
  EXPECT_EQ(read_key_file(folder.path().string(), nomq_kinds).error().fault, Fault::cannot_read);
  EXPECT_EQ(read_key_file(folder.write("empty", ""), nomq_kinds).error().fault, Fault::empty_file);
}

}  // namespace
}  // namespace tacit::host
