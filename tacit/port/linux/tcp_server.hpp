#pragma once
#include <sys/epoll.h>

#include <array>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "tacit/kit/list.hpp"
#include "tacit/kit/stream_hub.hpp"
#include "tacit/port/linux/tcp_stream.hpp"

namespace tacit::linux_port {

struct TcpServerOptions {
  Endpoint at{};                     // empty ip: any address of both families; port 0: the kernel chooses
  bool spread = false;               // several sockets of one user share the address, and each stranger reaches one
  bool first = false;                // of those; another that is there already refuses us
  std::uint32_t connections = 1024;  // places; those of a machine are some less, so that it is the one to choose
  std::size_t buffer = 16'384;       // bytes a connection and direction, see TcpStream::Memory
  int kernel_buffers = 131'072;      // bytes a connection and direction, at most
};

struct TcpCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;             // no place was free
  std::uint64_t no_descriptor = 0;       // times that the process had none left; who waits is accepted later
  std::uint64_t broken = 0;              // reset, or lost
  std::uint64_t cut_off = 0;             // took too long to take what was sent last
  std::uint64_t received = 0, sent = 0;  // bytes

  TcpCounters& operator+=(const TcpCounters&);
};

// A TCP socket that listens, and its connections: the half of a StreamHubPort that has to do with streams. All memory
// is taken at the start, 100 bytes a place; a transmit buffer costs memory only where it was needed. Nothing is
// allocated afterwards.
//
// A peer that does not take what is sent to it is not read from either. What was written before close() has five
// seconds to leave. Where all places are taken, strangers are turned away at once.
//
// Turn by turn: look(), accept() until empty, next() until empty, set an alarm for next_timeout(). HubDriver does it.
class TcpServer {
 public:
  // Throws std::system_error where it cannot listen.
  explicit TcpServer(const TcpServerOptions&);
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  int fd() const { return epoll_.fd(); }            // readable when a turn is due
  const Endpoint& local() const { return local_; }  // the port is the real one
  std::uint32_t open() const { return open_; }      // places taken, of those too that were closed and linger
  const TcpCounters& counters() const { return counters_; }

  void look(Instant now, bool ready);  // ready: whether fd() was found readable
  std::optional<Instant> next_timeout() const;

  // Whoever is not refuse()d has been accepted.
  struct Stranger {
    ConnectionId id;
    Endpoint peer;
  };
  std::optional<Stranger> accept();
  void refuse(ConnectionId);

  // A connection that can be read from, or has room again, or has ended: in that order it is to be looked at.
  struct Ready {
    ConnectionId id;
    bool has_room_again;
  };
  std::optional<Ready> next();
  void again(ConnectionId);  // next() names it in the next turn, whatever happens

  // As those of TcpStream. What receive() gives is valid until the next call for any connection.
  MutBytes receive(ConnectionId);
  bool consume(ConnectionId, std::size_t size);
  bool ended(ConnectionId) const;

  // For kit's loop. An id that names nothing any more has no room, and nothing is sent for it.
  MutBytes room(ConnectionId);
  void send(ConnectionId, std::size_t size);
  void close(ConnectionId);

 private:
  struct Again {};
  // On the list of the free or on that of those that linger; on neither while it is open.
  struct Connection : Link<>, Link<Again> {
    ConnectionId id;
    TcpStream stream;
    bool open = false;     // for the machine
    Instant cut_off_at{};  // where it lingers
  };

  const Connection* find(ConnectionId) const;
  Connection* find(ConnectionId id) { return const_cast<Connection*>(std::as_const(*this).find(id)); }
  std::optional<Ready> changed(const epoll_event&);
  TcpStream::Memory memory_of(ConnectionId) const;
  void cut_off_the_slow();
  void free(Connection&);
  void listen(bool whether);

  File epoll_, listener_;
  Endpoint local_;
  Instant now_{};
  std::optional<Instant> listen_again_at_;
  std::size_t accepts_left_ = 0;  // in this turn

  std::size_t buffer_size_;
  std::unique_ptr<std::uint8_t[]> buffers_;  // memory that nobody touched is not there yet
  std::vector<std::uint8_t> read_buffer_, write_buffer_;
  std::vector<Connection> connections_;
  List<Connection> free_, lingering_;
  List<Connection, Again> again_, due_;
  std::uint32_t open_ = 0;

  std::array<epoll_event, 256> events_{};
  std::size_t found_ = 0, next_ = 0;
  TcpCounters counters_;
};

}  // namespace tacit::linux_port
