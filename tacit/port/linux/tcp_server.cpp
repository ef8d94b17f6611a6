#include "tacit/port/linux/tcp_server.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "tacit/port/linux/address.hpp"

namespace tacit::linux_port {

namespace {

using namespace literals;

constexpr std::size_t accepts_a_turn = 64;
constexpr int backlog = 4096;
constexpr Duration linger = 5_s, without_descriptors = 1_s;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool set(int fd, int level, int option, int value = 1) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// What is set here the kernel gives to each connection, so that accepting is one call. Who is to be the first at its
// address shares it only when it has it.
File listening_socket(const TcpServerOptions& options) {
  const bool joins = options.spread && !options.first, is_joined = options.spread && options.first;
  File file(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = file.fd();
  const sockaddr_in6 address = to_sockaddr(options.at);
  if (!file.valid() || !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) || !set(fd, SOL_SOCKET, SO_REUSEADDR) ||
      (joins && !set(fd, SOL_SOCKET, SO_REUSEPORT)) || !set(fd, IPPROTO_TCP, TCP_NODELAY) ||
      !set(fd, SOL_SOCKET, SO_RCVBUF, options.kernel_buffers / 2) ||  // the kernel doubles it
      !set(fd, SOL_SOCKET, SO_SNDBUF, options.kernel_buffers / 2) ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      (is_joined && !set(fd, SOL_SOCKET, SO_REUSEPORT)) || ::listen(fd, backlog) != 0)
    fail("cannot listen for TCP");
  return file;
}

Endpoint bound_to(int fd) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  (void)getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return to_endpoint(address);
}

// A connection, or the listener, in what epoll keeps beside a descriptor.
constexpr std::uint64_t the_listener = ~std::uint64_t{0};
std::uint64_t word_of(ConnectionId id) { return std::uint64_t{id.generation} << 32 | id.slot; }
ConnectionId id_of(std::uint64_t word) {
  return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
}

bool control(int epoll, int operation, int fd, std::uint32_t events, std::uint64_t word) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = word;
  return epoll_ctl(epoll, operation, fd, &event) == 0;
}

// A connection that has failed before it was accepted; there may be another behind it.
bool is_about_one_stranger(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == ENOPROTOOPT ||
         error == EHOSTDOWN || error == ENONET || error == EHOSTUNREACH || error == ENETUNREACH || error == EPERM;
}

}  // namespace

TcpCounters& TcpCounters::operator+=(const TcpCounters& more) {
  accepted += more.accepted;
  refused += more.refused;
  no_descriptor += more.no_descriptor;
  broken += more.broken;
  cut_off += more.cut_off;
  received += more.received;
  sent += more.sent;
  return *this;
}

TcpServer::TcpServer(const TcpServerOptions& options)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(listening_socket(options)), local_(bound_to(listener_.fd())),
      buffer_size_(options.buffer), buffers_(new std::uint8_t[2 * options.buffer * options.connections]),
      read_buffer_(options.buffer), write_buffer_(options.buffer), connections_(options.connections) {
  if (!control(epoll_.fd(), EPOLL_CTL_ADD, listener_.fd(), EPOLLIN, the_listener)) fail("epoll_ctl");
  for (std::uint32_t slot = 0; Connection & connection : connections_) {
    connection.id.slot = slot++;
    free_.push_back(connection);
  }
}

void TcpServer::look(Instant now, bool ready) {
  now_ = now;
  accepts_left_ = 0;
  if (listen_again_at_ && *listen_again_at_ <= now) listen(true);
  cut_off_the_slow();
  while (Connection* one = again_.front()) due_.push_back(*one);
  const int found = ready ? epoll_wait(epoll_.fd(), events_.data(), static_cast<int>(events_.size()), 0) : 0;
  found_ = found > 0 ? static_cast<std::size_t>(found) : 0;
  next_ = 0;
  const auto is_listener = [](const epoll_event& event) { return event.data.u64 == the_listener; };
  if (std::any_of(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(found_), is_listener))
    accepts_left_ = accepts_a_turn;
}

std::optional<Instant> TcpServer::next_timeout() const {
  if (!again_.empty()) return now_;
  auto first = listen_again_at_;
  if (const Connection* slow = lingering_.front(); slow && (!first || slow->cut_off_at < *first))
    first = slow->cut_off_at;
  return first;
}

std::optional<TcpServer::Stranger> TcpServer::accept() {
  for (; accepts_left_ > 0; --accepts_left_) {
    sockaddr_in6 peer{};
    socklen_t size = sizeof peer;
    File file(accept4(listener_.fd(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!file.valid()) {
      if (is_about_one_stranger(errno)) continue;
      accepts_left_ = 0;
      if (errno == EAGAIN) return std::nullopt;
      ++counters_.no_descriptor;
      listen(false);
      listen_again_at_ = now_ + without_descriptors;
      return std::nullopt;
    }
    Connection* const place = free_.front();
    constexpr std::uint32_t changes = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    if (!place || !control(epoll_.fd(), EPOLL_CTL_ADD, file.fd(), changes, word_of(place->id))) {
      ++counters_.refused;
      TcpStream(std::move(file), {}).reset();
      continue;
    }
    free_.remove(*place);
    place->stream = TcpStream(std::move(file), memory_of(place->id));
    place->open = true;
    ++open_;
    ++counters_.accepted;
    return Stranger{place->id, to_endpoint(peer)};
  }
  return std::nullopt;
}

void TcpServer::refuse(ConnectionId id) {
  Connection* connection = find(id);
  if (!connection) return;
  connection->stream.reset();
  free(*connection);
}

std::optional<TcpServer::Ready> TcpServer::next() {
  if (Connection* one = due_.front()) {
    due_.remove(*one);
    return Ready{one->id, false};
  }
  while (next_ < found_)
    if (const auto ready = changed(events_[next_++])) return ready;
  return std::nullopt;
}

std::optional<TcpServer::Ready> TcpServer::changed(const epoll_event& event) {
  if (event.data.u64 == the_listener) return std::nullopt;
  const ConnectionId id = id_of(event.data.u64);
  Connection& connection = connections_[id.slot];
  if (connection.id != id) return std::nullopt;  // it was closed since
  TcpStream& stream = connection.stream;
  if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) stream.peer_is_through();
  const bool was_choked = stream.choked();
  const bool flushed = stream.flush();
  if (connection.open) return Ready{id, was_choked && flushed};
  if (flushed) free(connection);
  return std::nullopt;
}

void TcpServer::again(ConnectionId id) {
  if (Connection* connection = find(id)) again_.push_back(*connection);
}

MutBytes TcpServer::receive(ConnectionId id) {
  Connection* connection = find(id);
  return connection ? connection->stream.receive(read_buffer_) : MutBytes();
}

bool TcpServer::consume(ConnectionId id, std::size_t size) {
  counters_.received += size;
  Connection* connection = find(id);
  return connection && connection->stream.consume(size);
}

bool TcpServer::ended(ConnectionId id) const {
  const Connection* connection = find(id);
  return connection && connection->stream.ended();
}

MutBytes TcpServer::room(ConnectionId id) {
  const Connection* connection = find(id);
  if (!connection || connection->stream.ended() || connection->stream.choked()) return {};
  return write_buffer_;
}

void TcpServer::send(ConnectionId id, std::size_t size) {
  Connection* connection = find(id);
  if (!connection) return;
  connection->stream.send(Bytes(write_buffer_).first(size));
  if (connection->stream.ended()) again_.push_back(*connection);  // so that the machine is told
  else counters_.sent += size;
}

void TcpServer::close(ConnectionId id) {
  Connection* connection = find(id);
  if (!connection) return;
  connection->open = false;
  List<Connection, Again>::remove(*connection);
  if (!connection->stream.choked()) return free(*connection);
  connection->cut_off_at = now_ + linger;
  lingering_.push_back(*connection);
}

const TcpServer::Connection* TcpServer::find(ConnectionId id) const {
  if (id.slot >= connections_.size()) return nullptr;
  const Connection& connection = connections_[id.slot];
  return connection.id == id && connection.open ? &connection : nullptr;
}

TcpStream::Memory TcpServer::memory_of(ConnectionId id) const {
  const MutBytes both(buffers_.get() + 2 * buffer_size_ * id.slot, 2 * buffer_size_);
  return {both.first(buffer_size_), both.last(buffer_size_)};
}

void TcpServer::cut_off_the_slow() {
  for (Connection* slow = lingering_.front(); slow && slow->cut_off_at <= now_; slow = lingering_.front()) {
    ++counters_.cut_off;
    slow->stream.reset();
    free(*slow);
  }
}

// Its place is given again under another name, the one that was free for longest first.
void TcpServer::free(Connection& connection) {
  counters_.broken += connection.stream.broken();
  connection.stream.close();
  connection.open = false;
  ++connection.id.generation;
  List<Connection, Again>::remove(connection);
  free_.push_back(connection);
  --open_;
  if (listen_again_at_) listen(true);  // there is a descriptor again
}

void TcpServer::listen(bool whether) {
  if (whether) listen_again_at_.reset();
  (void)control(epoll_.fd(), EPOLL_CTL_MOD, listener_.fd(), whether ? EPOLLIN : 0u, the_listener);
}

}  // namespace tacit::linux_port
