#include "tests/net/namespaces.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace tacit::net {

namespace {

constexpr const char* current_network = "/proc/thread-self/ns/net";

using linux_port::File;

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

File open_current() {
  File file(::open(current_network, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) fail(current_network);
  return file;
}

void enter(const File& network) {
  if (setns(network.fd(), CLONE_NEWNET) != 0) fail("setns");
}

// The network that the process was started in.
const File& home() {
  static const File file = open_current();
  return file;
}

bool write_file(const char* path, const std::string& text) { return !!(std::ofstream(path) << text << std::flush); }

// Whoever is not root becomes so in a user namespace, where the kernel allows that.
bool become_root_of_a_namespace() {
  const std::string uid = std::to_string(getuid()), gid = std::to_string(getgid());
  return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", "0 " + uid + " 1") && write_file("/proc/self/gid_map", "0 " + gid + " 1");
}

std::string try_namespaces() {
  if (std::system("ip -Version >/dev/null 2>&1") != 0) return "the command `ip` (iproute2) is not installed";
  if (geteuid() != 0 && !become_root_of_a_namespace()) return "no user namespace can be made here";
  try {
    Lan lan(1);
  } catch (const std::exception& error) {
    return std::string("no network namespace can be made here: ") + error.what();
  }
  return {};
}

}  // namespace

const std::string& why_no_namespaces() {
  static const std::string why = try_namespaces();
  return why;
}

Namespace::Namespace() {
  static_cast<void>(home());
  if (unshare(CLONE_NEWNET) != 0) fail("unshare");
  file_ = open_current();
  // An address of ours is unique: waiting for others to object would take a second.
  for (const char* setting : {"accept_dad", "dad_transmits"})
    for (const char* which : {"all", "default"})
      write_file(("/proc/sys/net/ipv6/conf/" + std::string(which) + "/" + setting).c_str(), "0");
  enter(home());
  ip("link set lo up");
}

std::string Namespace::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_.fd());
}

void Namespace::ip(const std::string& arguments) {
  const std::string command = "ip " + arguments;
  const int status = inside([&] { return std::system(command.c_str()); });
  if (status != 0) throw std::runtime_error("failed: " + command);
}

void Namespace::wait_for_link(const std::string& interface, const std::string& state) {
  const std::string command = "ip -d -o link show dev " + interface + " | grep -q '" + state + "'";
  for (int tries = 0; tries < 500; ++tries) {
    if (inside([&] { return std::system(command.c_str()); }) == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error(interface + " never had: " + state);
}

Namespace::Visit::Visit(const Namespace& there) { enter(there.file_); }

Namespace::Visit::~Visit() {
  if (setns(home().fd(), CLONE_NEWNET) != 0) std::abort();
}

Lan::Lan(std::size_t hosts) {
  bridge_.ip("link add br0 type bridge mcast_snooping 0");
  bridge_.ip("link set br0 up");
  for (std::size_t n = 0; n < hosts; ++n) {
    hosts_.push_back(std::make_unique<Namespace>());
    add_interface(n);
  }
}

void Lan::add_interface(std::size_t n) {
  const std::string port = "port" + std::to_string(n);
  bridge_.ip("link add " + port + " type veth peer name eth0 netns " + host(n).path());
  bridge_.ip("link set " + port + " master br0 up");
  host(n).ip("link set eth0 addrgenmode none up");
  host(n).ip("address add " + ipv4(n) + "/24 broadcast + dev eth0");
  host(n).ip("address add " + link_local(n) + "/64 dev eth0 nodad");
  wait_until_ready(n);
}

// The kernel tells a bridge and a queue of the carrier a little later, and what is sent before that is lost.
void Lan::wait_until_ready(std::size_t n) {
  bridge_.wait_for_link("port" + std::to_string(n), "state forwarding");
  host(n).wait_for_link("eth0", "state UP");
}

void Lan::connect(Namespace& host, const std::string& interface, const std::string& ipv4) {
  bridge_.ip("link add guest type veth peer name " + interface + " netns " + host.path());
  bridge_.ip("link set guest master br0 up");
  host.ip("link set " + interface + " addrgenmode none up");
  host.ip("address add " + ipv4 + "/24 broadcast + dev " + interface);
  bridge_.wait_for_link("guest", "state forwarding");
  host.wait_for_link(interface, "state UP");
}

void Lan::take_down(std::size_t n) { host(n).ip("link set eth0 down"); }

void Lan::bring_up(std::size_t n) {
  host(n).ip("link set eth0 up");
  host(n).ip("address add " + link_local(n) + "/64 dev eth0 nodad");  // going down took it
  wait_until_ready(n);
}

void Lan::remove_interface(std::size_t n) { host(n).ip("link delete eth0"); }
void Lan::unplug(std::size_t n) { bridge_.ip("link set port" + std::to_string(n) + " down"); }

void Lan::plug_in(std::size_t n) {
  bridge_.ip("link set port" + std::to_string(n) + " up");
  wait_until_ready(n);
}

}  // namespace tacit::net
