// Goal: a USMP server that wants to be found is found, by the query and by multicast DNS, by `tacit find` on another
// host. Method: hosts in network namespaces on one bridge, each with a bus and a real avahi-daemon of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>

#include "tacit/host/service_announcement.hpp"
#include "tacit/host/service_browser.hpp"
#include "tacit/host/usmp_discovery.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::net {

namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

// A program that runs on a host until this dies.
class Daemon {
 public:
  Daemon(const Namespace& host, const std::string& command) : pid_(host.inside([&] { return start(command); })) {}
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  static pid_t start(const std::string& command) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
    _exit(127);
  }
  pid_t pid_;
};

bool has(const char* program) {
  return std::system((std::string("command -v ") + program + " >/dev/null").c_str()) == 0;
}

// What is printed, and the exit code after it, as a last line.
std::future<std::string> run(const Namespace& host, const std::string& command) {
  return std::async(std::launch::async, [&host, command] {
    std::FILE* pipe = host.inside([&] { return popen((command + " 2>&1; echo $?").c_str(), "r"); });
    std::string all;
    for (int c = std::getc(pipe); c != EOF; c = std::getc(pipe)) all.push_back(static_cast<char>(c));
    pclose(pipe);
    return all;
  });
}

const std::string find_by_query = TACIT_PROGRAM " find --udp --json -W 1.5";

class FindTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    lan_.emplace(3);
  }

  static usmp::Answer about(std::string_view name) {
    return {{}, usmp::Wires::both, 9000, 9000, *usmp::ServerName::cut(name)};
  }
  std::unique_ptr<host::UsmpResponder> respond(std::size_t n, const usmp::Answer& answer) {
    return lan_->host(n).inside([&] {
      return std::make_unique<host::UsmpResponder>(io_.get_executor(), answer, host::UsmpResponder::Options{});
    });
  }
  // What the command says, while the servers here go on.
  std::string result_of(std::future<std::string> command) {
    while (command.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(5));
    }
    return command.get();
  }

  std::optional<Lan> lan_;
  asio::io_context io_;
};

TEST_F(FindTest, a_server_that_answers_is_listed_once) {
  const auto lab = respond(1, about("lab")), hall = respond(2, about("hall\033[2J"));
  EXPECT_THAT(lab->deaf_at(), IsEmpty());
  const std::string out = result_of(run(lan_->host(0), find_by_query));
  const auto line = [](const std::string& name, const std::string& address) {
    return R"({"v":1,"name":")" + name + R"(","address":")" + address +
           R"(","tcp_port":9000,"udp_port":9000,"wires":[1,2],"found_by":["udp"]})";
  };
  EXPECT_THAT(out, AnyOf(HasSubstr(line("lab", "10.77.0.2")), HasSubstr(line("lab", "fe80::2%eth0"))));
  EXPECT_THAT(out, HasSubstr(R"("name":"hall\u001b[2J")"));
  EXPECT_THAT(out, HasSubstr("\n0\n"));
  EXPECT_EQ(lab->responder().answered(), 3u) << "one for each query, whatever copies of it came";
}

TEST_F(FindTest, a_name_moves_no_cursor) {
  const auto hall = respond(2, about("hall\033[2J"));
  EXPECT_THAT(result_of(run(lan_->host(0), TACIT_PROGRAM " find --udp -W 0.6")), HasSubstr("hall\\x1b[2J"));
}

TEST_F(FindTest, where_nobody_answers_the_exit_code_says_so) {
  EXPECT_EQ(result_of(run(lan_->host(0), find_by_query)),
            "tacit: note: no server was found; servers answer only where they are told to be found\n3\n");
}

TEST_F(FindTest, what_answers_stands_beside_the_sockets_of_its_server) {
  std::error_code error;
  const auto open = [&] { return linux_port::UdpSocket({.at = {{}, usmp::default_port, 0}, .spread = true}, error); };
  linux_port::UdpSocket first = lan_->host(1).inside(open), second = lan_->host(1).inside(open);
  ASSERT_FALSE(error) << error.message();
  const auto responder = respond(1, about("lab"));
  EXPECT_THAT(responder->deaf_at(), IsEmpty());
  EXPECT_THAT(result_of(run(lan_->host(0), find_by_query)), HasSubstr("lab"));

  // What is sent to the server alone still reaches it.
  linux_port::UdpSocket sender = lan_->host(0).inside([&] { return linux_port::UdpSocket({}, error); });
  std::array<std::uint8_t, 3> hello{1, 2, 3};
  const Path path{.peer = linux_port::parse_endpoint(Lan::ipv4(1), usmp::default_port, error)};
  for (int i = 0; i < 20; ++i) sender.send(std::array{Outbox::Run{path, hello, hello.size(), 1}});
  linux_port::Inbox inbox;
  std::size_t heard = 0;
  const auto count = [&](linux_port::UdpSocket& socket) {
    for (auto in = socket.receive(inbox); !in.empty(); in = socket.receive(inbox))
      heard +=
          static_cast<std::size_t>(std::ranges::count(in, hello.size(), [](const auto& d) { return d.bytes.size(); }));
  };
  for (int tries = 0; tries < 500 && heard < 20; ++tries) {
    count(first);
    count(second);
    usleep(1000);
  }
  EXPECT_EQ(heard, 20u);
}

TEST_F(FindTest, a_search_can_be_called_off) {
  std::error_code ended;
  asio::cancellation_signal signal;
  lan_->host(0).inside([&] {
    host::async_query_usmp(
        io_.get_executor(), {},
        asio::bind_cancellation_slot(
            signal.slot(), [&](std::error_code error, const std::vector<host::UsmpAnswer>&) { ended = error; }));
  });
  signal.emit(asio::cancellation_type::terminal);
  io_.run();
  EXPECT_EQ(ended, asio::error::operation_aborted);
}

// The bus is where DBUS_SYSTEM_BUS_ADDRESS says; nobody's real bus is touched.
class AvahiTest : public FindTest {
 protected:
  void SetUp() override {
    FindTest::SetUp();
    if (IsSkipped()) return;
    if (!has("dbus-daemon") || !has("avahi-daemon")) GTEST_SKIP() << "this machine has no dbus-daemon or avahi-daemon";
    for (std::size_t n = 0; n < 2; ++n) start_bus(n);
    use_bus(1);
  }
  void TearDown() override { unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }

  std::string socket_of(std::size_t n) const { return folder_ / ("bus" + std::to_string(n)); }
  std::string address_of(std::size_t n) const { return "unix:path=" + socket_of(n); }
  void use_bus(std::size_t n) const { setenv("DBUS_SYSTEM_BUS_ADDRESS", address_of(n).c_str(), 1); }

  void start_bus(std::size_t n) {
    const std::string config =
        folder_.write("bus" + std::to_string(n) + ".conf",
                      "<busconfig><listen>" + address_of(n) +
                          "</listen><auth>EXTERNAL</auth><policy context='default'><allow user='*'/><allow own='*'/>"
                          "<allow send_destination='*'/><allow receive_sender='*'/></policy></busconfig>");
    buses_.push_back(
        std::make_unique<Daemon>(lan_->host(n), "dbus-daemon --nofork --nopidfile --config-file=" + config));
    for (int tries = 0; tries < 1000 && access(socket_of(n).c_str(), F_OK) != 0; ++tries) usleep(5000);
  }
  // Each has a /run of its own, where its process number is written.
  std::unique_ptr<Daemon> start_avahi(std::size_t n) {
    const std::string name = "host" + std::to_string(n);
    const std::string config = folder_.write(
        name + ".conf", "[server]\nhost-name=" + name +
                            "\nallow-interfaces=eth0\nratelimit-interval-usec=1000000\nratelimit-burst=1000\n"
                            "[wide-area]\nenable-wide-area=no\n[publish]\npublish-workstation=no\n");
    return std::make_unique<Daemon>(
        lan_->host(n), "env DBUS_SYSTEM_BUS_ADDRESS=" + address_of(n) +
                           " unshare --mount sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/avahi-daemon && exec "
                           "avahi-daemon --no-drop-root --no-chroot --no-rlimits --file " +
                           config + "' >" + (folder_ / (name + ".log")) + " 2>&1");
  }

  // Gives the programs here their turns until it holds, for some seconds at most.
  bool until(const std::function<bool()>& holds) {
    for (int tries = 0; tries < 2000 && !holds(); ++tries) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(10));
    }
    return holds();
  }
  std::string found_by_mdns() {
    return result_of(
        run(lan_->host(0), "DBUS_SYSTEM_BUS_ADDRESS=" + address_of(0) + " " TACIT_PROGRAM " find --json --mdns -W 3"));
  }

  host::TemporaryFolder folder_;
  std::vector<std::unique_ptr<Daemon>> buses_;
};

// The daemon has a /run of its own. The root of a mere chroot is no mount, so there nothing can be mounted for one
// program alone.
class RunningAvahiTest : public AvahiTest {
 protected:
  void SetUp() override {
    AvahiTest::SetUp();
    if (!IsSkipped() && std::system("unshare --mount true 2>/dev/null") != 0)
      GTEST_SKIP() << "no mount namespaces here";
  }
};

TEST_F(RunningAvahiTest, what_is_announced_is_found_and_joined_with_what_answers) {
  const auto here = start_avahi(0), there = start_avahi(1);
  const host::ServiceAnnouncement announcement(io_.get_executor(), {"Werk 3", 9000, 9000, usmp::Wires::v2});
  ASSERT_TRUE(until([&] { return announcement.status().announced; })) << announcement.status().why.message();
  const auto responder = respond(1, {{}, usmp::Wires::v2, 9000, 9000, *usmp::ServerName::cut("Werk 3")});
  const std::string out =
      result_of(run(lan_->host(0), "DBUS_SYSTEM_BUS_ADDRESS=" + address_of(0) + " " TACIT_PROGRAM " find --json -W 3"));
  EXPECT_THAT(
      out,
      AnyOf(
          HasSubstr(R"("address":"10.77.0.2","tcp_port":9000,"udp_port":9000,"wires":[2],"found_by":["udp","mdns"]})"),
          HasSubstr(
              R"("address":"fe80::2%eth0","tcp_port":9000,"udp_port":9000,"wires":[2],"found_by":["udp","mdns"]})")));
}

TEST_F(RunningAvahiTest, an_announcement_is_made_when_avahi_comes_and_again_when_it_comes_again) {
  auto there = start_avahi(1);
  const auto here = start_avahi(0);
  std::vector<bool> told;
  const host::ServiceAnnouncement announcement(
      io_.get_executor(), {"lab", 9000, 0, usmp::Wires::both},
      [&](const host::ServiceAnnouncement::Status& status) { told.push_back(status.announced); });
  ASSERT_TRUE(until([&] { return announcement.status().announced; }));
  told.clear();
  there.reset();
  ASSERT_TRUE(until([&] { return !announcement.status().announced; }));
  EXPECT_EQ(announcement.status().why, host::AvahiFault::not_running);
  there = start_avahi(1);
  ASSERT_TRUE(until([&] { return announcement.status().announced; }));
  EXPECT_EQ(told, (std::vector<bool>{false, true}));
  EXPECT_THAT(found_by_mdns(), HasSubstr(R"("tcp_port":9000,"udp_port":null,"wires":[1,2],"found_by":["mdns"]})"));
}

TEST_F(RunningAvahiTest, of_two_servers_with_one_name_the_second_gets_another) {
  const auto there = start_avahi(1);
  const host::ServiceAnnouncement first(io_.get_executor(), {"lab", 9000, 9000, usmp::Wires::v2});
  ASSERT_TRUE(until([&] { return first.status().announced; }));
  const host::ServiceAnnouncement second(io_.get_executor(), {"lab", 9001, 9001, usmp::Wires::v2});
  ASSERT_TRUE(until([&] { return second.status().announced; }));
  EXPECT_EQ(first.status().name, "lab");
  EXPECT_EQ(second.status().name, "lab #2");
}

TEST_F(RunningAvahiTest, what_is_no_longer_announced_is_not_found) {
  const auto here = start_avahi(0), there = start_avahi(1);
  std::optional<host::ServiceAnnouncement> announcement;
  announcement.emplace(io_.get_executor(), host::ServiceAnnouncement::Server{"lab", 9000, 9000, usmp::Wires::v2});
  ASSERT_TRUE(until([&] { return announcement->status().announced; }));
  EXPECT_THAT(found_by_mdns(), HasSubstr("lab"));
  announcement.reset();
  EXPECT_TRUE(until([&] { return found_by_mdns().find("lab") == std::string::npos; }));
}

TEST_F(AvahiTest, without_avahi_each_way_says_so) {
  const host::ServiceAnnouncement announcement(io_.get_executor(), {"lab", 9000, 9000, usmp::Wires::v2});
  ASSERT_TRUE(until([&] { return !!announcement.status().why; }));
  EXPECT_EQ(announcement.status().why, host::AvahiFault::not_running);
  EXPECT_EQ(host::check_avahi(), host::AvahiFault::not_running);
  EXPECT_THAT(found_by_mdns(), HasSubstr("no multicast DNS: avahi-daemon does not run"));
  setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1);
  EXPECT_EQ(host::check_avahi(), host::AvahiFault::no_bus);
  const host::ServiceAnnouncement lonely(io_.get_executor(), {"lab", 9000, 9000, usmp::Wires::v2});
  ASSERT_TRUE(until([&] { return !!lonely.status().why; }));
  EXPECT_EQ(lonely.status().why, host::AvahiFault::no_bus);
}

}  // namespace

}  // namespace tacit::net
