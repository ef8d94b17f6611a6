#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "tacit/port/linux/address.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::net {

// A frame of test::EchoHub.
inline std::string frame(std::string_view text) { return static_cast<char>(text.size()) + std::string(text); }

// Somebody who calls a server over TCP, and never waits for it: the test lets both take turns.
class Caller {
 public:
  struct Buffers {
    int receive = 0, send = 0;  // bytes; 0: as many as the system likes
  };

  Caller() = default;
  // In the network of whoever calls this; from one of its addresses, or any.
  explicit Caller(const Endpoint& server, Buffers buffers = {0, 0}, const Endpoint& from = {})
      : file_(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (buffers.receive > 0)
      (void)setsockopt(file_.fd(), SOL_SOCKET, SO_RCVBUF, &buffers.receive, sizeof buffers.receive);
    if (buffers.send > 0) (void)setsockopt(file_.fd(), SOL_SOCKET, SO_SNDBUF, &buffers.send, sizeof buffers.send);
    const sockaddr_in6 own = linux_port::to_sockaddr(from);
    if (from != Endpoint{} && bind(file_.fd(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
      throw std::system_error(errno, std::generic_category(), "bind");
    const sockaddr_in6 address = linux_port::to_sockaddr(server);
    if (connect(file_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
      throw std::system_error(errno, std::generic_category(), "connect");
  }

  void say(std::string_view bytes) {
    to_say += bytes;
    turn();
  }
  // Sends and reads what can be now.
  void turn() {
    write();
    read();
  }
  void write() {
    while (!to_say.empty()) {
      const ssize_t size = send(file_.fd(), to_say.data(), to_say.size(), MSG_NOSIGNAL);
      if (size <= 0) return;
      to_say.erase(0, static_cast<std::size_t>(size));
    }
  }
  void read() {
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t size = recv(file_.fd(), buffer.data(), buffer.size(), 0);
      if (size > 0) heard.append(buffer.data(), static_cast<std::size_t>(size));
      if (size == 0) ended = true;
      if (size < 0 && errno == ECONNRESET) broken = true;
      if (size <= 0) return;
    }
  }

  void end() { (void)shutdown(file_.fd(), SHUT_WR); }  // says no more, and listens
  void leave() { file_ = linux_port::File(); }
  void reset() {
    const linger now{1, 0};
    (void)setsockopt(file_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    leave();
  }

  std::string heard, to_say;
  bool ended = false, broken = false;

 private:
  linux_port::File file_;
};

}  // namespace tacit::net
