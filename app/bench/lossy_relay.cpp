#include "app/bench/lossy_relay.hpp"

#include <poll.h>

#include "app/bench/cpu_time.hpp"
#include "app/bench/loopback.hpp"
#include "tacit/port/linux/clock.hpp"

namespace tacit::app::bench {
namespace {

// It fits an empty outbox: that is larger than any datagram.
void add(linux_port::LanSockets& sockets, Outbox& out, const Path& path, Bytes datagram) {
  MutBytes room = out.add(path, datagram.size());
  if (room.empty()) {
    sockets.send(out);
    out.clear();
    room = out.add(path, datagram.size());
  }
  copy(datagram, room);
}

}  // namespace

LossyRelay::LossyRelay(Ports ports, std::uint32_t seed)
    : one_{{lan_on_loopback(ports.one), random_}}, other_{{lan_on_loopback(ports.other), random_}}, dice_(seed),
      thread_([this] { turn(); }) {}

void LossyRelay::lose(double percent) { losing_ = static_cast<std::uint64_t>(percent / 100 * 4'294'967'296.0); }

double LossyRelay::cpu_s() { return seconds_on(thread_.cpu_clock()); }

void LossyRelay::turn() {
  std::array<pollfd, 2> waits{{{one_.sockets.fd(), POLLIN, 0}, {other_.sockets.fd(), POLLIN, 0}}};
  if (poll(waits.data(), waits.size(), 5) <= 0) return;
  if (waits[0].revents != 0) pass(one_, other_);
  if (waits[1].revents != 0) pass(other_, one_);
  for (Side* side : {&one_, &other_}) {
    side->sockets.maintain(linux_port::now());
    side->sockets.set_alarm(std::nullopt);  // no machine is behind it that wants to wake
  }
}

void LossyRelay::pass(Side& from, Side& to) {
  from.sockets.look();
  for (auto in = from.sockets.receive(); !in.empty(); in = from.sockets.receive()) {
    Outbox& out = to.sockets.outbox();
    std::uint64_t heard = 0, lost = 0;
    for (const auto& [path, bytes] : in) {
      if (path.peer.port == from.sockets.own_port()) continue;  // the group repeats what we told it
      ++heard;
      from.program = path.peer;
      if (loses_this() || (!path.to_group && to.program.port == 0)) ++lost;
      else add(to.sockets, out, path.to_group ? Path{.to_group = true} : Path{.peer = to.program}, bytes);
    }
    to.sockets.send(out);
    heard_.fetch_add(heard, std::memory_order_relaxed);
    lost_.fetch_add(lost, std::memory_order_relaxed);
  }
}

}  // namespace tacit::app::bench
