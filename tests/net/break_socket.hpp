#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

namespace tacit::net {

// What this process opened first at this port is torn down, as `ss --kill` does it. False where nothing is there.
inline bool break_socket_at(std::uint16_t port) {
  for (int fd = 3; fd < 1024; ++fd) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    if (address.sin6_family != AF_INET6 || ntohs(address.sin6_port) != port) continue;
    (void)shutdown(fd, SHUT_RDWR);  // "not connected", it says, and does it
    return true;
  }
  return false;
}

}  // namespace tacit::net
