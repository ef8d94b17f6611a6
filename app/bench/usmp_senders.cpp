#include "app/bench/usmp_senders.hpp"

#include <poll.h>
#include <pthread.h>

#include "app/bench/usmp_device.hpp"

namespace tacit::app::bench {
namespace {

// A device among those of one thread.
template <class Client> struct Sender {
  Sender(const UsmpServer& server, std::uint32_t number, std::size_t message)
      : device(server.at(), device_id(number), server.psk()), numbered(message, number) {}

  UsmpDevice<Client> device;
  Numbered numbered;
  std::uint32_t next = 0;
  bool counted = false;     // as connected
  bool takes_more = false;  // a stream takes more as soon as it has taken all; nobody says so
};

}  // namespace

UsmpSenders::UsmpSenders(const UsmpServer& server, const Settings& settings) : server_(server), settings_(settings) {
  const std::size_t threads = std::min(settings.shards, settings.sessions);
  for (std::size_t i = 0; i < threads; ++i) {
    const std::size_t first = settings.sessions * i / threads, end = settings.sessions * (i + 1) / threads;
    threads_.emplace_back(
        [this, first = static_cast<std::uint32_t>(first), count = static_cast<std::uint32_t>(end - first)] {
          if (settings_.transport == Transport::udp) run<usmp::DatagramClient>(first, count);
          else run<usmp::StreamClient>(first, count);
        });
  }
  const Stopwatch watch;
  while (connected_ < settings.sessions && watch.wall() < 30) (void)poll(nullptr, 0, 1);
  if (connected_ == settings.sessions) return;
  end();
  throw NotReached("not all USMP devices on loopback reached their server within 30 s");
}

UsmpSenders::~UsmpSenders() { end(); }

void UsmpSenders::end() {
  phase_ = Phase::over;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<clockid_t> UsmpSenders::clocks() {
  std::vector<clockid_t> clocks;
  for (std::thread& thread : threads_) pthread_getcpuclockid(thread.native_handle(), &clocks.emplace_back());
  return clocks;
}

template <class Client> void UsmpSenders::run(std::uint32_t first, std::uint32_t count) {
  std::vector<std::unique_ptr<Sender<Client>>> senders;
  std::vector<pollfd> waits;
  for (std::uint32_t i = 0; i < count; ++i) {
    senders.push_back(std::make_unique<Sender<Client>>(server_, first + i, settings_.message));
    waits.push_back({senders.back()->device.fd(), POLLIN, 0});
  }
  const std::uint64_t each = std::max<std::uint64_t>(settings_.length.messages / settings_.sessions, 1);
  bool began = false, hurry = false;
  for (Phase phase = phase_; phase != Phase::over; phase = phase_) {
    (void)poll(waits.data(), waits.size(), hurry ? 0 : 5);
    const Now now = linux_port::now();
    const bool begins = phase == Phase::sending && !std::exchange(began, phase == Phase::sending);
    hurry = false;
    for (std::uint32_t i = 0; i < count; ++i) {
      Sender<Client>& one = *senders[i];
      if (waits[i].revents == 0 && !one.takes_more && !begins) continue;
      if (waits[i].revents != 0) one.device.turn();
      if (one.device.connected && !std::exchange(one.counted, true)) ++connected_;
      std::uint32_t said = 0;
      if (phase == Phase::sending)
        for (; one.next < each && one.device.send(one.numbered.number(one.next), now); ++one.next) ++said;
      if (said > 0) {
        sent_.fetch_add(said, std::memory_order_relaxed);
        one.device.flush();
      }
      one.takes_more = said > 0 && !UsmpDevice<Client>::datagrams;
      hurry |= one.takes_more;
    }
  }
}

}  // namespace tacit::app::bench
