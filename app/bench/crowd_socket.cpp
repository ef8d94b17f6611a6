#include "app/bench/crowd_socket.hpp"

#include <poll.h>

#include "tacit/base/require.hpp"

namespace tacit::app::bench {
namespace {

constexpr std::size_t first_number = 1 << 16;  // 127.1.0.0 without its 127

Path mirrored(const Path& path) { return {.peer = path.local, .local = path.peer}; }

}  // namespace

Endpoint crowd_address(std::size_t n, std::uint16_t port) {
  n += first_number;
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, static_cast<std::uint8_t>(n >> 16),
                 static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)},
          .port = port};
}

std::size_t crowd_number(const Endpoint& at) {
  return (std::size_t{at.ip[13]} << 16 | std::size_t{at.ip[14]} << 8 | at.ip[15]) - first_number;
}

CrowdSocket::CrowdSocket() {
  std::error_code error;
  socket_ = linux_port::UdpSocket({.offload = linux_port::Offload::off}, error);
  if (error) throw std::system_error(error, "no UDP socket");
}

void CrowdSocket::say(std::span<const Datagram> said) {
  require(said.size() <= crowd_batch);
  std::array<Outbox::Run, crowd_batch> runs;
  for (std::size_t i = 0; i < said.size(); ++i)
    runs[i] = {mirrored(said[i].path), said[i].bytes, said[i].bytes.size(), 1};
  socket_.send(std::span(runs).first(said.size()));
}

void CrowdSocket::join(const Endpoint& group) {
  std::error_code error;
  group_ = linux_port::UdpSocket({.at = group, .shared = true}, error);
  if (error) throw std::system_error(error, "no UDP socket");
}

std::span<Datagram> CrowdSocket::hear(Duration at_most) {
  if (const auto datagrams = heard(); !datagrams.empty()) return datagrams;
  // Without a group its descriptor is negative, and poll() passes over it.
  std::array<pollfd, 2> sockets{pollfd{socket_.fd(), POLLIN, 0}, pollfd{group_.fd(), POLLIN, 0}};
  (void)poll(sockets.data(), sockets.size(), static_cast<int>(at_most.us / 1000));
  return heard();
}

std::span<Datagram> CrowdSocket::heard() {
  const auto datagrams = socket_.receive(inbox_, loopback_);
  for (Datagram& one : datagrams) one.path = mirrored(one.path);
  if (!datagrams.empty() || !group_.valid()) return datagrams;
  const auto to_group = group_.receive(group_inbox_, loopback_);
  for (Datagram& one : to_group) one.path = {.local = one.path.peer, .to_group = true};
  return to_group;
}

}  // namespace tacit::app::bench
