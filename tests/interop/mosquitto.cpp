#include "tests/interop/mosquitto.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace tacit::interop {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool takes_connections(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool taken = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return taken;
}

}  // namespace

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

Mosquitto::Mosquitto(const std::filesystem::path& folder, const std::string& settings)
    : folder_(folder), port_(free_port()) {
  // Without a user it would take away its own rights to our files.
  std::ofstream(folder_ / "mosquitto.conf") << "user " << getpwuid(getuid())->pw_name << "\nlistener " << port_
                                            << " 127.0.0.1\nallow_anonymous true\nlog_type all\n"
                                            << settings;
  start();
}

void Mosquitto::start() {
  const std::string configuration = folder_ / "mosquitto.conf", log = folder_ / "mosquitto.log";
  process_ = fork();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execl("/usr/sbin/mosquitto", "mosquitto", "-c", configuration.c_str(), nullptr);
    _exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!takes_connections(port_) && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(10ms);
  ASSERT_TRUE(takes_connections(port_)) << this->log();
}

void Mosquitto::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string Mosquitto::log() const {
  std::ostringstream text;
  text << std::ifstream(folder_ / "mosquitto.log").rdbuf();
  return text.str();
}

void make_certificates(const std::filesystem::path& folder) {
  const std::string commands = R"(
set -e
cd ")" + folder.string() + R"("
authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem
}
certificate() {
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout $1.key -out $1.csr
  printf 'subjectAltName=%s\n' "$2" > $1.ext
  openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $1.ext -out $1.pem
}
authority ca
authority stranger
certificate server DNS:localhost,IP:127.0.0.1
certificate elsewhere DNS:elsewhere.example
certificate client DNS:client.example
)";
  const std::string quiet = "{ " + commands + " } >" + (folder / "openssl.log").string() + " 2>&1";
  ASSERT_EQ(std::system(quiet.c_str()), 0) << "see openssl.log";
}

}  // namespace tacit::interop
