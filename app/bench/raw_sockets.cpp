#include "app/bench/raw_sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace tacit::app::bench {
namespace {

using linux_port::File;

sockaddr* generic(sockaddr_in& at) { return reinterpret_cast<sockaddr*>(&at); }

File bound_socket(int type) {
  File file(socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(file.valid() && bind(file.fd(), generic(at), sizeof at) == 0, "a socket on loopback");
  return file;
}

void join(const File& here, const File& there) {
  sockaddr_in at{};
  socklen_t length = sizeof at;
  must(getsockname(there.fd(), generic(at), &length) == 0 && connect(here.fd(), generic(at), length) == 0, "connect");
}

void set_patience(const File& file) {
  const timeval patience{0, 300'000};
  must(setsockopt(file.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0, "SO_RCVTIMEO");
}

}  // namespace

void must(bool worked, const char* what) {
  if (!worked) throw std::system_error(errno, std::generic_category(), what);
}

SocketPair udp_pair() {
  SocketPair pair{bound_socket(SOCK_DGRAM), bound_socket(SOCK_DGRAM)};
  join(pair.one, pair.other);
  join(pair.other, pair.one);
  for (const File* file : {&pair.one, &pair.other}) {
    set_patience(*file);
    const int buffer = 4 << 20;
    (void)setsockopt(file->fd(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  return pair;
}

SocketPair tcp_pair() {
  const File listener = bound_socket(SOCK_STREAM);
  must(listen(listener.fd(), 1) == 0, "listen");
  SocketPair pair{bound_socket(SOCK_STREAM), File()};
  join(pair.one, listener);
  pair.other = File(accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  must(pair.other.valid(), "accept");
  for (const File* file : {&pair.one, &pair.other}) {
    set_patience(*file);
    const int on = 1;
    must(setsockopt(file->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
  }
  return pair;
}

}  // namespace tacit::app::bench
