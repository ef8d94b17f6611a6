// Goal: who runs answers who may ask, and nobody who asks wrongly stops it. Method: a server in a folder of the test,
// clients with the real system calls, in a thread where both have to go on.
#include "tacit/host/control.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tacit/host/control_folder.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

using namespace std::chrono_literals;

class Control : public testing::Test {
 protected:
  ~Control() override {
    io.stop();
    if (thread.joinable()) thread.join();
  }

  void open(const std::string& context = "lab") {
    auto opened = ControlServer::open(io.get_executor(), {folder, context},
                                      [](const std::string& question, const ControlServer::Reply& reply) {
                                        if (question != "silence") reply("you said " + question);
                                      });
    ASSERT_TRUE(opened) << opened.error().what;
    server = *std::move(opened);
  }
  void serve() {
    thread = std::thread([this] { io.run_for(20s); });
  }
  std::vector<std::string> ask(const std::string& question, std::chrono::milliseconds at_most = 5s) const {
    return ask_all({folder, "lab"}, question, at_most);
  }

  TemporaryFolder temporary;
  std::string folder = (temporary.path() / "tacit").string();
  asio::io_context io;
  std::unique_ptr<ControlServer> server;
  std::thread thread;  // ended before the server
};

TEST_F(Control, answers_a_question) {
  open();
  serve();
  EXPECT_EQ(ask("hello"), std::vector<std::string>{"you said hello"});
  EXPECT_EQ(ask("again"), std::vector<std::string>{"you said again"});
}

TEST_F(Control, is_asked_by_its_own_context_alone) {
  open("../other context");
  serve();
  EXPECT_TRUE(ask("hello").empty());
  EXPECT_EQ(ask_all({folder, "../other context"}, "hello", 5s).size(), 1u);
}

TEST_F(Control, waits_no_longer_than_it_was_told_for_who_says_nothing) {
  open();
  serve();
  EXPECT_TRUE(ask("silence", 100ms).empty());
}

TEST_F(Control, hangs_up_on_a_question_that_is_too_long) {
  open();
  serve();
  EXPECT_TRUE(ask(std::string(question_max + 1, 'x')).empty());
  EXPECT_EQ(ask("hello").size(), 1u);
}

TEST_F(Control, lets_only_so_many_ask_at_once) {
  open();
  serve();
  std::vector<linux_port::File> idle;
  for (int i = 0; i < 16; ++i) idle.push_back(connect_to_control(server->path()));
  EXPECT_TRUE(ask("hello", 200ms).empty());
  idle.clear();
  for (int tries = 0; tries < 50 && ask("hello").empty(); ++tries) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(ask("hello").size(), 1u);
}

TEST_F(Control, removes_its_socket_and_those_of_the_dead) {
  open();
  const std::string path = server->path();
  server.reset();
  EXPECT_FALSE(std::filesystem::exists(path));

  const std::string dead = folder + "/lab.1.sock";
  const linux_port::File socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = control_address(dead);
  ASSERT_EQ(::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
  EXPECT_TRUE(ask("hello").empty());
  EXPECT_FALSE(std::filesystem::exists(dead));
}

TEST_F(Control, leaves_files_alone_that_are_no_sockets_of_its_kind) {
  open();
  std::ofstream(folder + "/lab.x.sock") << "mine";
  std::ofstream(folder + "/.1.sock") << "mine";
  std::ofstream(folder + "/notes") << "mine";
  EXPECT_EQ(control_sockets(folder, std::nullopt), std::vector<std::string>{server->path()});
}

TEST_F(Control, keeps_its_folder_and_socket_from_others) {
  open();
  struct stat status{};
  ASSERT_EQ(::stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
  ASSERT_EQ(::stat(server->path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(Control, refuses_a_folder_that_is_open_to_others_or_a_link) {
  const auto refused = [&] {
    const auto opened = ControlServer::open(io.get_executor(), {folder, "lab"}, {});
    return !opened && opened.error().fault == Fault::cannot_write && ask("hello").empty();
  };
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 0750), 0);
  EXPECT_TRUE(refused());
  std::filesystem::remove(folder);
  std::filesystem::create_directory(folder + ".real");
  ASSERT_EQ(::chmod((folder + ".real").c_str(), 0700), 0);
  std::filesystem::create_directory_symlink(folder + ".real", folder);
  EXPECT_TRUE(refused());
}

TEST_F(Control, refuses_a_path_that_no_socket_can_have) {
  const auto opened = ControlServer::open(io.get_executor(), {folder, std::string(120, 'x')}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().fault, Fault::cannot_write);
}

TEST(ControlPlace, is_the_runtime_folder_or_else_one_of_the_user) {
  EXPECT_EQ(control_place({.environment = {{"XDG_RUNTIME_DIR", "/run/user/7"}}}, "lab").folder, "/run/user/7/tacit");
  const std::string without = ::geteuid() == 0 ? "/run/tacit" : "/tmp/tacit-" + std::to_string(::geteuid());
  EXPECT_EQ(control_place({}, "lab").folder, without);
  EXPECT_EQ(control_place({.environment = {{"XDG_RUNTIME_DIR", "here"}}}, "lab").folder, without);
}

}  // namespace
}  // namespace tacit::host
