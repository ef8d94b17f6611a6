#include "tacit/port/linux/server_sockets.hpp"

#include <algorithm>

namespace tacit::linux_port {

namespace {

using namespace literals;

constexpr std::size_t outbox_size = 262'144, runs_max = 512;  // a run for each of very many peers
constexpr Duration reopen_every = 1_s;
constexpr std::size_t ports_tried = 16;

TcpServerOptions tcp_options(const ServerConfig& config, const Endpoint& at) {
  const bool first = config.at.port == 0;  // at a port that the kernel chose for us alone
  return {at, config.spread, first, config.connections, config.tcp_buffer, config.tcp_kernel_buffers};
}

}  // namespace

ServerSockets::ServerSockets(const ServerConfig& config)
    : config_(config), at_(config.at), outbox_memory_(outbox_size), runs_(runs_max), outbox_(outbox_memory_, runs_) {
  bind();
  std::error_code error;
  if (config_.udp) poller_.add(udp_.fd(), &udp_, error);
  if (config_.tcp && !error) poller_.add(tcp_->fd(), &tcp_, error);
  if (error) throw std::system_error(error, "epoll_ctl");
}

// The port that the kernel chose for datagrams may be taken for TCP. Then it chooses another, and those before are held
// until it has, else it may choose them again.
void ServerSockets::bind() {
  std::vector<UdpSocket> taken;
  while (true) {
    try {
      return bind_both();
    } catch (const std::system_error& error) {
      const bool for_tcp = udp_.valid() && error.code() == std::errc::address_in_use;
      const bool another = config_.at.port == 0 && for_tcp && taken.size() + 1 < ports_tried;
      if (!another && taken.empty()) throw;
      if (!another) throw std::system_error(error.code(), "no port is free for UDP and TCP");
      taken.push_back(std::exchange(udp_, {}));
      at_.port = 0;
    }
  }
}

void ServerSockets::bind_both() {
  if (const auto error = config_.udp ? bind_udp() : std::error_code()) throw std::system_error(error, "no UDP socket");
  if (!config_.tcp) return;
  tcp_.emplace(tcp_options(config_, at_));
  at_.port = tcp_->local().port;
}

// Whoever knows the port is not to lose us, so after the first time it is the same.
std::error_code ServerSockets::bind_udp() {
  std::error_code error;
  udp_ = UdpSocket(
      {.at = at_, .spread = config_.spread, .offload = config_.offload, .receive_buffer = config_.udp_receive_buffer},
      error);
  if (!error) at_.port = udp_.local().port;
  return error;
}

// Whose it is nobody asks: it is not one of ours, so look() passes over it.
void ServerSockets::wake_for(int fd) {
  std::error_code error;
  poller_.add(fd, nullptr, error);
  if (error) throw std::system_error(error, "epoll_ctl");
}

void ServerSockets::look(Instant now) {
  udp_ready_ = false;
  bool tcp_ready = false;
  poller_.look();
  while (const auto ready = poller_.next()) {
    if (ready->owner == &tcp_) tcp_ready = true;
    if (ready->owner != &udp_) continue;
    udp_ready_ = true;
    if (ready->hung_up) udp_.give_up();
  }
  if (tcp_) tcp_->look(now, tcp_ready);
}

std::span<Datagram> ServerSockets::receive() {
  if (!std::exchange(udp_ready_, false)) return {};
  return udp_.receive(inbox_);
}

void ServerSockets::maintain(Now now) {
  if (!config_.udp) return;
  if (udp_.broken()) {
    closed_ += udp_.counters();
    udp_ = {};
    poller_.forget();
    reopen_at_ = now.tick;
  }
  if (udp_.valid() || now.tick < reopen_at_) return;
  std::error_code error = bind_udp();
  if (!error) poller_.add(udp_.fd(), &udp_, error);
  if (error) udp_ = {};
  reopen_at_ = now.tick + reopen_every;
}

void ServerSockets::set_alarm(std::optional<Instant> machine) {
  std::optional<Instant> first = machine;
  const auto include = [&](Instant at) { first = first ? std::min(*first, at) : at; };
  if (tcp_)
    if (const auto at = tcp_->next_timeout()) include(*at);
  if (config_.udp && !udp_.valid()) include(reopen_at_);
  poller_.set_alarm(first);
}

Outbox& ServerSockets::outbox() {
  outbox_.clear();
  return outbox_;
}

void ServerSockets::send(const Outbox& out) {
  if (udp_.valid()) return udp_.send(out.runs());
  for (const Outbox::Run& run : out.runs()) closed_.refuse(Refusal::gone, run.count);
}

UdpCounters ServerSockets::udp_counters() const {
  UdpCounters sum = closed_;
  sum += udp_.counters();
  return sum;
}

std::uint64_t ServerSockets::dropped_by_kernel() const { return udp_.valid() ? udp_.dropped_by_kernel() : 0; }

}  // namespace tacit::linux_port
