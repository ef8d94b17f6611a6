#pragma once
#include "tacit/port/linux/poller.hpp"
#include "tacit/port/linux/tcp_server.hpp"
#include "tacit/port/linux/udp_socket.hpp"

namespace tacit::linux_port {

struct ServerConfig {
  Endpoint at{};  // of both; empty ip: any address of both families; port 0: the kernel chooses, the same for both
  bool udp = true, tcp = true;
  bool spread = false;  // one of several of the same user at this address, see Shards
  Offload offload = Offload::on;
  int udp_receive_buffer = 16 << 20;  // bytes, as far as the system's limit allows
  std::uint32_t connections = 1024;   // these three as in TcpServerOptions
  std::size_t tcp_buffer = 16'384;
  int tcp_kernel_buffers = 131'072;
};

// The sockets of one server, as one port: one for datagrams, one that listens, and the connections. Both families are
// heard on one socket; an answer leaves from the address that the question was sent to. A UDP socket that broke is
// opened again, each second while that fails.
//
// Turn by turn: look(), receive() until empty, tcp() likewise, maintain(), set_alarm(). HubDriver does it.
class ServerSockets {
 public:
  // Throws std::system_error where a socket cannot be opened: address_in_use where the port is another's, or where the
  // kernel is to choose and the first 16 that it has for UDP are taken for TCP.
  explicit ServerSockets(const ServerConfig&);
  ServerSockets(const ServerSockets&) = delete;
  ServerSockets& operator=(const ServerSockets&) = delete;

  int fd() const { return poller_.fd(); }  // the same for life; readable when a turn is due
  bool wait(Duration at_most) { return poller_.wait(at_most); }
  // Both of these also tell of this descriptor, which is the caller's to read. Throws std::system_error.
  void wake_for(int fd);

  void look(Instant now);
  std::span<Datagram> receive();  // a batch; empty when all that look() found was read
  void maintain(Now);
  void set_alarm(std::optional<Instant> machine);  // when fd() is readable at the latest

  Outbox& outbox();  // cleared
  void send(const Outbox&);

  TcpServer* tcp() { return tcp_ ? &*tcp_ : nullptr; }  // null without
  const TcpServer* tcp() const { return tcp_ ? &*tcp_ : nullptr; }
  const UdpSocket& udp() const { return udp_; }  // not valid without

  std::uint16_t port() const { return at_.port; }
  UdpCounters udp_counters() const;         // of the socket now and of those before it
  std::uint64_t dropped_by_kernel() const;  // datagrams for which its buffer had no room; of the socket now

 private:
  void bind();
  void bind_both();
  std::error_code bind_udp();

  ServerConfig config_;
  Endpoint at_;
  Poller poller_;
  UdpSocket udp_;
  std::optional<TcpServer> tcp_;
  bool udp_ready_ = false;
  Instant reopen_at_{};
  UdpCounters closed_;

  std::vector<std::uint8_t> outbox_memory_;
  std::vector<Outbox::Run> runs_;
  Outbox outbox_;
  Inbox inbox_{{.reads = 32, .read_size = 65'536}};
};

}  // namespace tacit::linux_port
