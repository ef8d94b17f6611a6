#include "app/bench/crowd_socket.hpp"

#include "tacit/base/require.hpp"
#include "tacit/port/linux/clock.hpp"

namespace tacit::app::bench {
namespace {

constexpr std::size_t first_number = 1 << 16;  // 127.1.0.0 without its 127

Path mirrored(const Path& path) { return {path.local, path.peer, false}; }

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

std::span<Datagram> CrowdSocket::hear(Duration at_most) {
  const Instant end = linux_port::now().tick + at_most;
  auto heard = socket_.receive(inbox_, loopback_);
  while (heard.empty() && linux_port::now().tick < end) {
    rest_a_little();
    heard = socket_.receive(inbox_, loopback_);
  }
  for (Datagram& one : heard) one.path = mirrored(one.path);
  return heard;
}

void rest_a_little() {
  constexpr timespec pause{0, 20'000};
  nanosleep(&pause, nullptr);
}

}  // namespace tacit::app::bench
