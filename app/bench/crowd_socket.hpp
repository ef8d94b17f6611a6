#pragma once
#include <net/if.h>

#include "tacit/port/linux/udp_socket.hpp"

// Very many peers of one machine on loopback, each at an address of its own, behind one socket: all of 127.0.0.0/8 is
// there without having been configured, so neither descriptors nor ports limit how many there are.
namespace tacit::app::bench {

inline constexpr std::size_t crowd_batch = 64;  // datagrams that are handed over at a time

// Where the nth of a crowd is, 127.1.0.0 being the first; and which one is there. n: below 16,000,000.
Endpoint crowd_address(std::size_t n, std::uint16_t port);
std::size_t crowd_number(const Endpoint&);

// Paths are here as the machine sees them: `peer` is one of the crowd, `local` the machine. Each datagram travels by
// itself, never in a run, whether one peer says all of them or each a single one.
class CrowdSocket {
 public:
  CrowdSocket();  // this and join() throw std::system_error where there is no socket

  std::uint16_t port() const { return socket_.local().port; }

  // Hears from now on what is said to a group as well, in runs where the kernel joins them.
  void join(const Endpoint& group);

  // At most `crowd_batch`.
  void say(std::span<const Datagram>);

  // What the machine says to any of the crowd, or to the group; valid until the next call. Empty when nothing has come
  // for so long.
  std::span<Datagram> hear(Duration at_most);

 private:
  std::span<Datagram> heard();

  linux_port::UdpSocket socket_, group_;
  linux_port::Inbox inbox_{{.reads = crowd_batch, .read_size = 2048}}, group_inbox_;
  const std::array<std::uint32_t, 1> loopback_{if_nametoindex("lo")};  // nobody else is heard
};

}  // namespace tacit::app::bench
