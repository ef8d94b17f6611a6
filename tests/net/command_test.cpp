// Goal: the command `tacit` on hosts of a LAN does what it says. Method: the program itself, as people start it, in
// network namespaces on one bridge; its output and its exit status are looked at.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/net/namespaces.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::net {

namespace {

// A command line that runs on a host until it ends by itself.
class Running {
 public:
  Running(const Namespace& host, const std::string& command)
      : pipe_(host.inside([&] { return popen(command.c_str(), "r"); })) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pipe_) (void)pclose(pipe_);
  }

  // Waits for its end; all that it printed.
  std::string output() {
    std::string all;
    for (int c = std::getc(pipe_); c != EOF; c = std::getc(pipe_)) all.push_back(static_cast<char>(c));
    status = WEXITSTATUS(pclose(pipe_));
    pipe_ = nullptr;
    return all;
  }
  int status = -1;

 private:
  std::FILE* pipe_;
};

// Until a program on this host hears its group, which it does from before it subscribes. All sockets are dual stack.
void wait_for_socket_at(const Namespace& host, const std::string& port_hex) {
  for (int tries = 0; tries < 2000; ++tries) {
    std::ifstream table = host.inside([] { return std::ifstream("/proc/thread-self/net/udp6"); });
    for (std::string line; std::getline(table, line);)
      if (line.find(":" + port_hex + " ") != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "nobody opened port " << port_hex;
}

class CommandTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    Running making(home_, tacit("key gen " + std::string(GetParam()) + " " + key_));
    (void)making.output();
    ASSERT_EQ(making.status, 0);
  }

  static std::string group_port() { return GetParam() == std::string("nomq") ? "22B9" : "22B8"; }
  static std::string tacit(const std::string& arguments) {
    return "exec env HOME=/nonexistent XDG_RUNTIME_DIR=/nonexistent " TACIT_PROGRAM " " + arguments;
  }
  std::string with_key(const std::string& verb, const std::string& arguments) const {
    return tacit(verb + " --key-file " + key_ + " " + arguments);
  }

  host::TemporaryFolder folder_;
  std::string key_ = folder_ / "lab.key";
  Namespace home_;
};
INSTANTIATE_TEST_SUITE_P(Profiles, CommandTest, testing::Values("nomq", "nomq-legacy"), [](const auto& one) {
  return std::string(one.param == std::string("nomq") ? "v1" : "legacy");
});

TEST_P(CommandTest, what_one_host_publishes_the_others_print_once_in_every_quality) {
  Lan lan(4);
  std::vector<std::unique_ptr<Running>> others;
  for (std::size_t n = 1; n < lan.size(); ++n)
    others.push_back(
        std::make_unique<Running>(lan.host(n), with_key("sub", "-t plant/temp -C 3 -W 40 -F '%q %p' 2>/dev/null")));
  for (std::size_t n = 1; n < lan.size(); ++n) wait_for_socket_at(lan.host(n), group_port());
  for (const char* qos : {"0", "1", "2"}) {
    Running publishing(lan.host(0), with_key("pub", std::string("-t plant/temp -m 21.5 -q ") + qos));
    (void)publishing.output();
    EXPECT_EQ(publishing.status, 0) << "QoS " << qos;
  }
  for (auto& other : others) {
    EXPECT_EQ(other->output(), "0 21.5\n1 21.5\n2 21.5\n");
    EXPECT_EQ(other->status, 0);
  }
}

TEST_P(CommandTest, a_host_without_the_key_prints_nothing) {
  Lan lan(2);
  const std::string key = folder_ / "another.key";
  Running making(home_, tacit("key gen " + std::string(GetParam()) + " " + key));
  (void)making.output();
  Running stranger(lan.host(1), tacit("sub --key-file " + key + " -t plant/temp -W 5 --log drop=info 2>&1"));
  wait_for_socket_at(lan.host(1), group_port());
  Running publishing(lan.host(0), with_key("pub", "-t plant/temp -m secret"));
  (void)publishing.output();
  const std::string printed = stranger.output();
  EXPECT_NE(printed.find("bad_mac"), std::string::npos) << printed;
  EXPECT_EQ(printed.find("secret"), std::string::npos) << printed;
}

}  // namespace

}  // namespace tacit::net
