#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include "tacit/kit/machine.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::linux_port {

// Why the kernel did not take a datagram.
enum class Refusal : std::uint8_t {
  no_room,      // its buffers are full
  too_large,    // for the path
  unreachable,  // no such network, host, interface or source address, now
  forbidden,    // a firewall, or a broadcast address on a socket without `broadcast`
  gone,         // there is no socket any more
  other,
  count,
};
Refusal refusal_of(int error);  // an errno
std::string_view name_of(Refusal);

// In datagrams.
struct UdpCounters {
  std::uint64_t received = 0, sent = 0;
  std::uint64_t truncated = 0;  // larger than the Inbox reads, and dropped
  std::uint64_t elsewhere = 0;  // came through an interface that was not asked for, and dropped
  std::array<std::uint64_t, static_cast<std::size_t>(Refusal::count)> unsent{};

  void refuse(Refusal why, std::uint64_t datagrams) { unsent[static_cast<std::size_t>(why)] += datagrams; }
  std::uint64_t unsent_for(Refusal why) const { return unsent[static_cast<std::size_t>(why)]; }
  UdpCounters& operator+=(const UdpCounters&);
};

// The memory of one receive(), for all sockets of one thread. What a call returns is valid until the next call.
class Inbox {
 public:
  // A read holds one datagram, or a run of up to 64 of one sender: below 64 KB, only for sockets with Offload::off.
  struct Sizes {
    std::size_t reads = 8, read_size = 65'536;
  };
  Inbox() : Inbox(Sizes()) {}
  explicit Inbox(Sizes);

 private:
  friend class UdpSocket;
  struct Control {  // of the two kinds of IP_PKTINFO and of UDP_GRO
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo)) +
                                          CMSG_SPACE(sizeof(int))> bytes;
  };
  void prepare();

  std::vector<std::uint8_t> memory_;
  std::vector<iovec> buffers_;
  std::vector<sockaddr_in6> peers_;
  std::vector<Control> controls_;
  std::vector<mmsghdr> messages_;
  std::vector<Datagram> datagrams_;  // grows once, if ever
};

enum class Offload : bool { off, on };

struct UdpOptions {
  Endpoint at{};                  // empty ip: any address of both families; port 0: the kernel chooses
  bool shared = false;            // others may bind the same address (SO_REUSEADDR); broadcast and multicast reach all
  bool spread = false;            // sockets of one user share the address, and each datagram reaches one (SO_REUSEPORT)
  bool broadcast = false;         // sending to broadcast addresses is allowed
  bool group = false;             // what arrives was said to a group: paths tell that, and no address of ours
  Offload offload = Offload::on;  // runs are cut and joined by the kernel, where it can
  int receive_buffer = 4 << 20;   // bytes, as far as the system's limit allows
};

// One UDP socket, read and written in batches: one system call for many datagrams, and with UDP_GRO and UDP_SEGMENT
// one walk through the kernel for a run of them. Where the kernel, the network card or the path cannot do that, the
// same datagrams leave one by one.
//
// `at` an IPv6 multicast address joins that group on the interface `at` names, and hears no other.
// An owner that shares no thread with others calls send() and receive() in any order; neither allocates.
class UdpSocket {
 public:
  UdpSocket() = default;  // not open
  UdpSocket(const UdpOptions&, std::error_code&);

  bool valid() const { return file_.valid(); }
  int fd() const { return file_.fd(); }
  const Endpoint& local() const { return local_; }  // the port is the real one
  bool broken() const { return broken_; }           // nothing will come or go any more: open another
  void give_up() { broken_ = true; }                // for who learns that before the socket does
  const UdpCounters& counters() const { return counters_; }
  int receive_buffer() const;               // bytes, as granted; the kernel counts its own overhead in
  std::uint32_t dropped_by_kernel() const;  // arrived when that was full

  // What has arrived, empty where nothing has. Each path's `local` is the address it was sent to; for a broadcast, the
  // address that answers leave from; empty for a multicast, and for `group`. With `only_from`, what comes through
  // another interface than these is dropped.
  std::span<Datagram> receive(Inbox&, std::span<const std::uint32_t> only_from = {});

  // A path's `local` is the address, or without one the interface, that the datagrams leave from. Where that address
  // is no longer ours, they leave from another. A full send buffer is waited for, some milliseconds at most.
  void send(std::span<const Outbox::Run>);

 private:
  std::span<Datagram> cut(Inbox&, std::size_t filled, std::span<const std::uint32_t> only_from);
  std::size_t send_whole(std::span<const Outbox::Run>);
  bool can_retry(int error);
  void recover(const Outbox::Run&, int error);
  void send_singly(const Outbox::Run&, int error);

  File file_;
  Endpoint local_;
  bool group_ = false;
  std::size_t segment_max_ = 0;  // the largest datagram of which the kernel takes a run in one piece
  int retries_left_ = 0;
  bool broken_ = false;
  UdpCounters counters_;
};

}  // namespace tacit::linux_port
