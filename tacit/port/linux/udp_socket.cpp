#include "tacit/port/linux/udp_socket.hpp"

#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "tacit/port/linux/address.hpp"

namespace tacit::linux_port {

namespace {

#ifndef IPV6_MULTICAST_ALL
constexpr int IPV6_MULTICAST_ALL = 29;  // Linux has it since 4.20, the C library names it later
#endif

constexpr std::size_t send_batch = 32;
constexpr int send_buffer = 1 << 20;  // bytes; an outbox to several links waits in there
constexpr std::size_t no_segments = 0, any_segment = std::numeric_limits<std::size_t>::max();

bool set(int fd, int level, int option, int value = 1) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int get(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, level, option, &value, &size) == 0 ? value : 0;
}

// More than the system's limit is for root alone; less memory only means earlier loss.
void grow(int fd, int option_of_root, int option, int bytes) {
  if (!set(fd, SOL_SOCKET, option_of_root, bytes)) (void)set(fd, SOL_SOCKET, option, bytes);
}

// Where the kernel chooses the port, sharing comes afterwards: else it may choose one that others of the same user
// share.
bool bind_to(int fd, const UdpOptions& options) {
  const sockaddr_in6 address = to_sockaddr(options.at);
  const auto share = [&] { return !options.spread || set(fd, SOL_SOCKET, SO_REUSEPORT); };
  const auto take = [&] { return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0; };
  return options.at.port == 0 ? take() && share() : share() && take();
}

bool join(int fd, const Endpoint& group) {
  ipv6_mreq request{};
  request.ipv6mr_multiaddr = to_sockaddr(group).sin6_addr;
  request.ipv6mr_interface = group.interface;
  return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request) == 0;
}

bool configure(int fd, const UdpOptions& options) {
  const bool group = is_multicast(options.at.ip) && !is_ipv4(options.at.ip);
  (void)set(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);  // else groups that other programs joined reach us too
  return set(fd, IPPROTO_IPV6, IPV6_V6ONLY, group) && (!options.shared || set(fd, SOL_SOCKET, SO_REUSEADDR)) &&
         (!options.broadcast || set(fd, SOL_SOCKET, SO_BROADCAST)) && set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO) &&
         set(fd, IPPROTO_IP, IP_PKTINFO) && set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1) &&
         set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP) && bind_to(fd, options) && (!group || join(fd, options.at));
}

Endpoint bound_to(int fd) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  (void)getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return to_endpoint(address);
}

// What the kernel says beside a datagram, or beside a run of them.
struct Arrival {
  std::size_t datagram_size;  // of each but the last
  Ip local{};
  std::uint32_t interface = 0;
};

template <class T> T read_as(const cmsghdr& control) {
  T value;
  std::memcpy(&value, CMSG_DATA(&control), sizeof value);
  return value;
}

// Of a datagram over IPv4 both kinds of packet information are told; only IP_PKTINFO knows which address of ours a
// broadcast should be answered from.
Arrival arrival_of(msghdr& header, std::size_t size) {
  Arrival arrival{size};
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      arrival.datagram_size = static_cast<std::size_t>(read_as<int>(*c));
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      const auto info = read_as<in_pktinfo>(*c);
      arrival.interface = static_cast<std::uint32_t>(info.ipi_ifindex);
      arrival.local = ip_of(info.ipi_spec_dst);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      const auto info = read_as<in6_pktinfo>(*c);
      const Ip ip = ip_of(info.ipi6_addr);
      if (is_ipv4(ip)) continue;
      arrival.interface = info.ipi6_ifindex;
      if (!is_multicast(ip)) arrival.local = ip;
    }
  }
  return arrival;
}

// Asks for a source address, a way out, and the size to cut at.
class SendControl {
 public:
  void write(msghdr& header, const Outbox::Run& run) {
    std::size_t used = 0;
    if (!is_unspecified(run.path.local.ip) || run.path.local.interface != 0)
      used += put(used, IPPROTO_IPV6, IPV6_PKTINFO, packet_info(run.path));
    if (run.count > 1) used += put(used, SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(run.datagram_size));
    header.msg_control = used > 0 ? bytes_.data() : nullptr;
    header.msg_controllen = used;
  }

 private:
  // On an AF_INET6 socket it serves both families, if the address is of the family of the destination.
  static in6_pktinfo packet_info(const Path& path) {
    Endpoint from = path.local;
    if (is_unspecified(from.ip) && is_ipv4(path.peer.ip)) from.ip = ip_of(in_addr{});
    return {to_sockaddr(from).sin6_addr, from.interface};
  }

  template <class T> std::size_t put(std::size_t at, int level, int type, const T& value) {
    auto* c = reinterpret_cast<cmsghdr*>(bytes_.data() + at);
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(c), &value, sizeof value);
    return CMSG_SPACE(sizeof value);
  }

  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(std::uint16_t))> bytes_{};
};

// The answer to an earlier datagram of ours, told on a later call; the call itself did nothing.
bool is_about_an_earlier_datagram(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN ||
         error == ENOPROTOOPT || error == EPROTO || error == EMSGSIZE;
}

}  // namespace

Refusal refusal_of(int error) {
  switch (error) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM: return Refusal::no_room;
    case EMSGSIZE: return Refusal::too_large;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case ENODEV:
    case ENXIO:
    case EINVAL: return Refusal::unreachable;  // EINVAL: what leaves from an address or interface that is not ours
    case EACCES:
    case EPERM: return Refusal::forbidden;
    case EBADF:
    case ENOTSOCK:
    case EPIPE: return Refusal::gone;
    default: return Refusal::other;
  }
}

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::no_room: return "no_room";
    case Refusal::too_large: return "too_large";
    case Refusal::unreachable: return "unreachable";
    case Refusal::forbidden: return "forbidden";
    case Refusal::gone: return "gone";
    case Refusal::other:
    case Refusal::count: break;
  }
  return "other";
}

UdpCounters& UdpCounters::operator+=(const UdpCounters& more) {
  received += more.received;
  sent += more.sent;
  truncated += more.truncated;
  elsewhere += more.elsewhere;
  for (std::size_t i = 0; i < unsent.size(); ++i) unsent[i] += more.unsent[i];
  return *this;
}

Inbox::Inbox(Sizes sizes)
    : memory_(sizes.reads * sizes.read_size), buffers_(sizes.reads), peers_(sizes.reads), controls_(sizes.reads),
      messages_(sizes.reads), datagrams_(sizes.reads * Outbox::segments_max) {
  for (std::size_t i = 0; i < sizes.reads; ++i) buffers_[i] = {memory_.data() + i * sizes.read_size, sizes.read_size};
}

// The kernel writes into the headers too, so they are made anew for each call.
void Inbox::prepare() {
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    auto& control = controls_[i].bytes;
    messages_[i].msg_hdr = {&peers_[i], sizeof peers_[i], &buffers_[i], 1, control.data(), control.size(), 0};
  }
}

UdpSocket::UdpSocket(const UdpOptions& options, std::error_code& error)
    : file_(socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), group_(options.group) {
  error.clear();
  if (!valid() || !configure(fd(), options)) {
    error.assign(errno, std::generic_category());
    file_ = File();
    return;
  }
  local_ = bound_to(fd());
  grow(fd(), SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  grow(fd(), SO_SNDBUFFORCE, SO_SNDBUF, send_buffer);
  if (options.offload == Offload::off) return;
  (void)set(fd(), SOL_UDP, UDP_GRO);
  // Size 0: each call says its own. A kernel that refuses the option would ignore it there, and cut nothing.
  segment_max_ = set(fd(), SOL_UDP, UDP_SEGMENT, 0) ? any_segment : no_segments;
}

int UdpSocket::receive_buffer() const { return get(fd(), SOL_SOCKET, SO_RCVBUF); }

std::uint32_t UdpSocket::dropped_by_kernel() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  (void)getsockopt(fd(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size);
  return memory[SK_MEMINFO_DROPS];
}

std::span<Datagram> UdpSocket::receive(Inbox& inbox, std::span<const std::uint32_t> only_from) {
  inbox.prepare();
  const auto reads = static_cast<unsigned>(inbox.messages_.size());
  const int filled = recvmmsg(fd(), inbox.messages_.data(), reads, 0, nullptr);
  if (filled > 0) return cut(inbox, static_cast<std::size_t>(filled), only_from);
  // An error that is neither "nothing there" nor about the past would be told again and again.
  if (filled < 0 && errno != EAGAIN && errno != EINTR && !is_about_an_earlier_datagram(errno)) broken_ = true;
  return {};
}

std::span<Datagram> UdpSocket::cut(Inbox& inbox, std::size_t filled, std::span<const std::uint32_t> only_from) {
  auto& datagrams = inbox.datagrams_;
  std::size_t count = 0;
  for (auto& [header, length] : std::span(inbox.messages_).first(filled)) {
    const Arrival arrival = arrival_of(header, length);
    if ((header.msg_flags & MSG_TRUNC) != 0) {
      ++counters_.truncated;
      continue;
    }
    const bool wanted = only_from.empty() || std::ranges::find(only_from, arrival.interface) != only_from.end();
    Endpoint local{arrival.local, local_.port, is_link_local(arrival.local) ? arrival.interface : 0};
    if (group_ || is_unspecified(local.ip)) local = {};
    const Path path{to_endpoint(*static_cast<const sockaddr_in6*>(header.msg_name)), local, group_};
    const MutBytes run(static_cast<std::uint8_t*>(header.msg_iov->iov_base), length);
    for_each_datagram(run, std::max<std::size_t>(arrival.datagram_size, 1), [&](MutBytes bytes) {
      if (!wanted) return void(++counters_.elsewhere);
      if (count == datagrams.size()) datagrams.resize(2 * count);  // a sender that cuts smaller than ours
      datagrams[count++] = {path, bytes};
    });
  }
  counters_.received += count;
  return std::span(datagrams).first(count);
}

void UdpSocket::send(std::span<const Outbox::Run> runs) {
  retries_left_ = 5;
  while (!runs.empty()) {
    const auto goes_whole = [&](const Outbox::Run& run) { return run.count == 1 || run.datagram_size <= segment_max_; };
    const auto batch = runs.first(std::min(runs.size(), send_batch));
    const auto whole = std::span(batch.begin(), std::ranges::find_if_not(batch, goes_whole));
    std::size_t done = whole.empty() ? 0 : send_whole(whole);
    if (done == 0) {
      const int error = whole.empty() ? 0 : errno;
      if (error != 0 && can_retry(error)) continue;
      recover(runs.front(), error);
      done = 1;
    }
    runs = runs.subspan(done);
  }
}

// How many runs the kernel took; where none, errno says why.
std::size_t UdpSocket::send_whole(std::span<const Outbox::Run> runs) {
  std::array<mmsghdr, send_batch> messages;
  std::array<iovec, send_batch> buffers;
  std::array<sockaddr_in6, send_batch> peers;
  std::array<SendControl, send_batch> controls;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    peers[i] = to_sockaddr(runs[i].path.peer);
    buffers[i] = {runs[i].bytes.data(), runs[i].bytes.size()};
    messages[i].msg_hdr = {&peers[i], sizeof peers[i], &buffers[i], 1, nullptr, 0, 0};
    controls[i].write(messages[i].msg_hdr, runs[i]);
  }
  const int taken = sendmmsg(fd(), messages.data(), static_cast<unsigned>(runs.size()), 0);
  if (taken <= 0) return 0;
  for (const Outbox::Run& run : runs.first(static_cast<std::size_t>(taken))) counters_.sent += run.count;
  return static_cast<std::size_t>(taken);
}

bool UdpSocket::can_retry(int error) {
  if (retries_left_ == 0) return false;
  const bool full = error == EAGAIN || error == ENOBUFS;
  if (!full && error != EINTR && error != ECONNREFUSED) return false;
  --retries_left_;
  pollfd room{fd(), POLLOUT, 0};
  if (full) (void)::poll(&room, 1, 2);  // ms; the kernel says yes at half full, so we try again in any case
  return true;
}

void UdpSocket::recover(const Outbox::Run& run, int error) {
  if (run.count > 1) return send_singly(run, error);
  const Refusal why = refusal_of(error);
  // What is not reachable from this address of ours may be from another: IPv4 says the same where it is none of ours.
  if (why == Refusal::unreachable && !is_unspecified(run.path.local.ip)) {
    Outbox::Run from_anywhere = run;
    from_anywhere.path.local = {};
    return send({&from_anywhere, 1});
  }
  if (why == Refusal::gone) broken_ = true;
  counters_.refuse(why, run.count);
}

// EIO: the network card computes no checksums. EINVAL or EMSGSIZE, by kernel: its MTU is too small. Only what then
// leaves in single datagrams proves that the run was at fault, and not its addresses.
void UdpSocket::send_singly(const Outbox::Run& run, int error) {
  std::array<Outbox::Run, Outbox::segments_max> singles;
  std::size_t count = 0;
  for_each_datagram(run.bytes, run.datagram_size,
                    [&](MutBytes one) { singles[count++] = {run.path, one, one.size(), 1}; });
  const auto sent_before = counters_.sent;
  send(std::span(singles).first(count));
  if (counters_.sent == sent_before) return;
  if (error == EIO) segment_max_ = no_segments;
  else if (error == EINVAL || error == EMSGSIZE) segment_max_ = std::min(segment_max_, run.datagram_size - 1);
}

}  // namespace tacit::linux_port
