#include "tacit/port/linux/tcp_client.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tacit/base/require.hpp"
#include "tacit/port/linux/address.hpp"

namespace tacit::linux_port {

namespace {

using namespace literals;

constexpr Duration linger = 5_s;
constexpr int vanished_ms = 30'000, idle_s = 15, probe_every_s = 5, probes = 3;

std::error_code system_error(int error) { return {error, std::generic_category()}; }

void set(int fd, int level, int option, int value) { (void)setsockopt(fd, level, option, &value, sizeof value); }

File client_socket() {
  File file(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  set(file.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  set(file.fd(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set(file.fd(), IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
  set(file.fd(), IPPROTO_TCP, TCP_KEEPINTVL, probe_every_s);
  set(file.fd(), IPPROTO_TCP, TCP_KEEPCNT, probes);
  set(file.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, vanished_ms);
  return file;
}

int pending_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

bool has_peer(int fd) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
}

}  // namespace

TcpClient::TcpClient(TcpClientOptions options)
    : options_(std::move(options)), received_(options_.buffer), unsent_(options_.buffer), read_buffer_(options_.buffer),
      write_buffer_(options_.buffer) {
  require(!options_.servers.empty());
}

void TcpClient::look(Instant now) {
  again_ = false;
  poller_.look();
  while (const auto ready = poller_.next())
    if (ready->peer_is_through) stream_.peer_is_through();
  const bool late = now >= give_up_at_;
  switch (state_) {
    case State::none: break;
    case State::connecting: see_whether_connected(late, now); break;
    case State::connected: (void)stream_.flush(); break;
    case State::closing:
      if (stream_.flush() || late) end({});
      break;
  }
}

void TcpClient::want(bool stream, Instant now) {
  if (change_) return;  // what is wanted after that is another thing
  if (stream && state_ == State::none) return try_server(0, now);
  if (stream || state_ == State::none) return;
  if (state_ == State::connecting || !stream_.choked()) return end({});
  if (std::exchange(state_, State::closing) != State::closing) give_up_at_ = now + linger;
}

void TcpClient::set_alarm(std::optional<Instant> machine) {
  std::optional<Instant> first = machine;
  const auto include = [&](Instant at) { first = first ? std::min(*first, at) : at; };
  if (state_ == State::connecting || state_ == State::closing) include(give_up_at_);
  if (again_) include(Instant{});
  poller_.set_alarm(first);
}

std::optional<TcpClient::Change> TcpClient::poll_change() { return std::exchange(change_, std::nullopt); }

MutBytes TcpClient::receive() {
  if (state_ != State::connected) return {};
  const MutBytes in = stream_.receive(read_buffer_);
  look_at_end();
  return in;
}

bool TcpClient::consume(std::size_t size) {
  const bool more = stream_.consume(size);
  look_at_end();
  return more;
}

MutBytes TcpClient::room() {
  if (state_ != State::connected || change_ || stream_.choked()) return {};  // the machine hears of its stream first
  return write_buffer_;
}

void TcpClient::send(std::size_t size) {
  stream_.send(Bytes(write_buffer_).first(size));
  look_at_end();
}

void TcpClient::try_server(std::size_t server, Instant now) {
  server_ = server;
  File file = client_socket();
  if (!file.valid()) return try_next(system_error(errno), now);
  const sockaddr_in6 address = to_sockaddr(peer());
  if (connect(file.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    return try_next(system_error(errno), now);
  // Not before: a socket that does not even connect is hung up for the poller.
  std::error_code error;
  poller_.add(file.fd(), &stream_, error, Poller::Tells::changes);
  if (error) return try_next(error, now);
  stream_ = TcpStream(std::move(file), {received_, unsent_});
  state_ = State::connecting;
  give_up_at_ = now + options_.connect_within;
}

void TcpClient::try_next(std::error_code why, Instant now) {
  stream_ = {};
  poller_.forget();
  if (server_ + 1 < options_.servers.size()) try_server(server_ + 1, now);
  else end(why);
}

void TcpClient::see_whether_connected(bool timed_out, Instant now) {
  if (const int error = pending_error(stream_.fd()); error != 0) return try_next(system_error(error), now);
  if (has_peer(stream_.fd())) {
    state_ = State::connected;
    change_ = Change::connected;
  } else if (timed_out) {
    try_next(std::make_error_code(std::errc::timed_out), now);
  }
}

void TcpClient::look_at_end() {
  if (state_ == State::connected && stream_.ended()) end(system_error(stream_.error()));
}

void TcpClient::end(std::error_code why) {
  error_ = why;
  state_ = State::none;
  change_ = Change::disconnected;
  stream_.close();
  poller_.forget();
}

}  // namespace tacit::linux_port
