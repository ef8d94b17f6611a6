#include "app/bench/broker.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/bench/cpu_time.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::app::bench {
namespace {

using linux_port::File;

std::string program() {
  for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"})
    if (access(path, X_OK) == 0) return path;
  return "";
}

sockaddr_in on_loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

// Free a moment ago; mosquitto cannot be told to choose.
std::uint16_t free_port() {
  const File file(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at = on_loopback(0);
  socklen_t length = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  if (bind(file.fd(), address, sizeof at) != 0 || getsockname(file.fd(), address, &length) != 0) return 0;
  return ntohs(at.sin_port);
}

bool listens(std::uint16_t port) {
  const File file(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in at = on_loopback(port);
  return connect(file.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
}

// Nothing is kept, nothing is printed, and what waits for a client is not thrown away.
void write_configuration(const std::string& path, std::uint16_t port) {
  std::ofstream(path) << "listener " << port << " 127.0.0.1\n"
                      << "allow_anonymous true\npersistence false\nlog_dest none\nset_tcp_nodelay true\n"
                      << "max_queued_messages 0\nmax_inflight_messages 0\n";
}

pid_t spawn(const std::string& path, const std::string& configuration) {
  const pid_t parent = getpid(), child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == parent) execl(path.c_str(), "mosquitto", "-c", configuration.c_str(), nullptr);
  _exit(127);
}

}  // namespace

std::unique_ptr<Broker> Broker::start() {
  const std::string path = program();
  std::string folder = std::filesystem::temp_directory_path() / "tacit-bench-XXXXXX";
  if (path.empty() || !mkdtemp(folder.data())) return nullptr;
  const std::uint16_t port = free_port();
  const std::string configuration = folder + "/mosquitto.conf";
  write_configuration(configuration, port);
  std::unique_ptr<Broker> broker(new Broker(spawn(path, configuration), port, folder));
  for (const Stopwatch watch; watch.wall() < 5; (void)poll(nullptr, 0, 10))
    if (listens(port)) return broker;
  return nullptr;
}

Broker::Broker(pid_t pid, std::uint16_t port, std::string folder)
    : pid_(pid), port_(port), folder_(std::move(folder)) {}

Broker::~Broker() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

double Broker::cpu_s() const {
  clockid_t clock{};
  return clock_getcpuclockid(pid_, &clock) == 0 ? seconds_on(clock) : 0;
}

}  // namespace tacit::app::bench
