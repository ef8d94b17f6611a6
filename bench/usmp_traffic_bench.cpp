// USMP over loopback: a server of one to four shards, and devices that send it messages as fast as they are taken.
// Messages a second, and CPU time of both ends per message.
//
// usage: usmp_traffic_bench [ROUNDS [MILLISECONDS]]
//
// Over UDP each session has one message in flight, so what one alone reaches says how long a message takes to arrive
// and be acknowledged. Raw sockets that do the same with as many bytes, in the same program, are the measure beside it.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>

#include "bench/measure.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/port/linux/address.hpp"
#include "tacit/port/linux/shards.hpp"
#include "tacit/usmp/hub.hpp"
#include "tacit/usmp/steering.hpp"
#include "tests/net/usmp_honest.hpp"

namespace tacit::bench {
namespace {

using namespace usmp;
using linux_port::File;

const Psk& psk() {
  static const Psk one = *Psk::of(bytes_of("a key that everybody may know. 1"));
  return one;
}

struct Row {
  double rate, cpu_us;
};

// Lets what counts run for a while.
Row measure(const std::atomic<std::uint64_t>& count, int milliseconds) {
  (void)poll(nullptr, 0, milliseconds / 4);  // until it runs as it will
  const double cpu = cpu_seconds();
  const std::uint64_t before = count;
  const Instant start = linux_port::now().tick;
  (void)poll(nullptr, 0, milliseconds);
  const auto counted = static_cast<double>(count - before);
  const double took = static_cast<double>((linux_port::now().tick - start).us) / 1e6;
  return {counted / took, (cpu_seconds() - cpu) / counted * 1e6};
}

// One thread's part of the server: it counts.
class Worker {
 public:
  using Machine = Hub;
  struct Order {};

  Worker(std::size_t shard, std::atomic<std::uint64_t>& count)
      : hub_({.limits = {.handshakes_per_origin = 64}, .shard = static_cast<std::uint8_t>(shard)}, memory_.tables(),
             random_),
        count_(count) {}

  Machine& machine() { return hub_; }
  void deliver(const HubEvent& event) {
    if (std::holds_alternative<DeviceMessage>(event)) count_.fetch_add(1, std::memory_order_relaxed);
    if (const auto* wanted = std::get_if<KeyWanted>(&event)) {
      const OfferedKey key{psk().reveal()};
      (void)hub_.provide(wanted->request, {&key, 1}, false, linux_port::now());
    }
  }
  void obey(const Order&) {}

 private:
  host::UsmpHubMemory memory_{host::server_sizes};
  crypto::HostRandom random_;
  Hub hub_;
  std::atomic<std::uint64_t>& count_;
};

struct Case {
  const char* name;
  bool datagrams;
  std::size_t sessions, size, shards;
};

// Devices number `first` and those after it, on one thread: they connect, and send until they are told to stop.
template <class Client>
void send_on(const Endpoint& server, std::size_t first, std::size_t sessions, std::size_t size,
             std::atomic<std::size_t>& ready, const std::atomic<bool>& over) {
  std::vector<std::unique_ptr<net::Honest<Client>>> devices;
  std::vector<pollfd> waits;
  for (std::size_t i = 0; i < sessions; ++i) {
    devices.push_back(std::make_unique<net::Honest<Client>>(
        server, DeviceId{2, 0, 0, 0, 0, static_cast<std::uint8_t>(first + i)}, psk()));
    waits.push_back({devices.back()->fd(), POLLIN, 0});
  }
  const std::vector<std::uint8_t> message(size, 0x55);
  std::size_t connected = 0;
  // A stream takes more as soon as it has taken all; nobody says so.
  std::vector<bool> takes_more(sessions);
  while (!over) {
    (void)poll(waits.data(), waits.size(), std::ranges::count(takes_more, true) > 0 ? 0 : 20);
    const Now now = linux_port::now();
    for (std::size_t i = 0; i < sessions; ++i) {
      if (waits[i].revents == 0 && !takes_more[i]) continue;
      net::Honest<Client>& device = *devices[i];
      const bool was_connected = device.connected;
      if (waits[i].revents != 0) device.turn();
      if (!was_connected && device.connected && ++connected == sessions) ++ready;
      std::size_t said = 0;
      while (device.client.send(message, now)) ++said;
      if (said > 0) device.flush();
      takes_more[i] = said > 0 && !device.datagrams;
    }
  }
}

Row measure(const Case& what, int milliseconds) {
  std::atomic<std::uint64_t> count{0};
  std::atomic<std::size_t> ready{0};
  std::atomic<bool> over{false};
  std::error_code error;
  linux_port::Shards<Worker> server({.at = linux_port::parse_endpoint("127.0.0.1", 0, error)}, steering, what.shards,
                                    [&](std::size_t shard, auto&) { return std::make_unique<Worker>(shard, count); });
  const Endpoint at = linux_port::parse_endpoint("127.0.0.1", server.port(), error);
  const std::size_t senders = std::min(what.shards, what.sessions), each = what.sessions / senders;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < senders; ++i)
    threads.emplace_back([&, i] {
      if (what.datagrams) send_on<DatagramClient>(at, i * each, each, what.size, ready, over);
      else send_on<StreamClient>(at, i * each, each, what.size, ready, over);
    });
  while (ready < senders) (void)poll(nullptr, 0, 1);
  const Row row = measure(count, milliseconds);
  over = true;
  for (std::thread& thread : threads) thread.join();
  return row;
}

// --- Raw sockets -------------------------------------------------------------------------------------

File raw_socket(int type, const timeval& patience) {
  File file(socket(AF_INET, type | SOCK_CLOEXEC, 0));
  require(file.valid() && setsockopt(file.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  return file;
}
sockaddr_in bound(const File& file) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  require(bind(file.fd(), address, sizeof at) == 0 && getsockname(file.fd(), address, &length) == 0);
  return at;
}
constexpr timeval patience{0, 100'000};

// Each datagram is answered with one of the size of an acknowledgement, one call each; so many senders, each of which
// waits for its answer.
Row measure_raw_udp(std::size_t size, std::size_t senders, int milliseconds) {
  const File in = raw_socket(SOCK_DGRAM, patience);
  const sockaddr_in at = bound(in);
  std::atomic<std::uint64_t> count{0};
  std::atomic<bool> over{false};
  std::thread receiver([&] {
    std::vector<std::uint8_t> bytes(2048);
    while (!over) {
      sockaddr_in from{};
      socklen_t length = sizeof from;
      if (recvfrom(in.fd(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &length) <= 0) continue;
      count.fetch_add(1, std::memory_order_relaxed);
      (void)!sendto(in.fd(), bytes.data(), acknowledgement_size + acknowledgement_mac_size, 0,
                    reinterpret_cast<sockaddr*>(&from), length);
    }
  });
  std::thread sender([&] {
    const std::vector<std::uint8_t> datagram(size, 0x55);
    std::vector<std::uint8_t> answer(64);
    std::vector<File> sockets;
    std::vector<pollfd> waits;
    const auto say = [&](int fd) { (void)!send(fd, datagram.data(), datagram.size(), 0); };
    for (std::size_t i = 0; i < senders; ++i) {
      sockets.push_back(raw_socket(SOCK_DGRAM, patience));
      require(connect(sockets[i].fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
      waits.push_back({sockets[i].fd(), POLLIN, 0});
      say(sockets[i].fd());
    }
    while (!over) {
      if (senders > 1) (void)poll(waits.data(), waits.size(), 20);
      for (const pollfd& one : waits)
        if ((senders == 1 || one.revents != 0) && recv(one.fd, answer.data(), answer.size(), 0) > 0) say(one.fd);
    }
  });
  const Row row = measure(count, milliseconds);
  over = true;
  sender.join();
  receiver.join();
  return row;
}

// So many bytes a message, in writes and reads of 16 KB at most.
Row measure_raw_tcp(std::size_t size, int milliseconds) {
  constexpr std::size_t write_size = 16'384;
  const File listener = raw_socket(SOCK_STREAM, patience), out = raw_socket(SOCK_STREAM, patience);
  const sockaddr_in at = bound(listener);
  require(listen(listener.fd(), 1) == 0 && connect(out.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
          setsockopt(out.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0);
  const File in(accept(listener.fd(), nullptr, nullptr));
  require(in.valid());
  std::atomic<std::uint64_t> count{0};
  std::atomic<bool> over{false};
  std::thread receiver([&] {
    std::vector<std::uint8_t> bytes(write_size);
    std::uint64_t received = 0;
    for (ssize_t got = 1; got > 0; count.store(received / size, std::memory_order_relaxed)) {
      got = recv(in.fd(), bytes.data(), bytes.size(), 0);
      if (got > 0) received += static_cast<std::uint64_t>(got);
    }
  });
  std::thread sender([&] {
    const std::vector<std::uint8_t> bytes(write_size / size * size, 0x55);
    while (!over) (void)!send(out.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    (void)shutdown(out.fd(), SHUT_WR);
  });
  const Row row = measure(count, milliseconds);
  over = true;
  sender.join();
  receiver.join();
  return row;
}

// Of a message, with all that its frames add.
constexpr std::size_t on_the_wire(std::size_t message) {
  const std::size_t frames = (message + fragment_size_max - 1) / fragment_size_max;
  return message + frames * sealed_size(0);
}

void print(const char* what, std::size_t sessions, std::size_t size, std::size_t shards, const std::vector<Row>& rows) {
  std::vector<double> rates, cpu;
  for (const Row& row : rows) rates.push_back(row.rate), cpu.push_back(row.cpu_us);
  const std::string threads = shards == 0 ? "" : std::to_string(shards);
  std::printf("| %s | %zu | %zu | %s | %s | %s |\n", what, sessions, size, threads.c_str(), spread(rates, 0).c_str(),
              spread(cpu, 2).c_str());
}

void run(int rounds, int milliseconds) {
  constexpr std::array cases{
      Case{"UDP", true, 1, 100, 1},  Case{"UDP", true, 16, 100, 1},  Case{"UDP", true, 16, 100, 2},
      Case{"UDP", true, 16, 100, 4}, Case{"UDP", true, 16, 1000, 1}, Case{"UDP", true, 16, 1000, 2},
      Case{"TCP", false, 1, 100, 1}, Case{"TCP", false, 1, 400, 1},  Case{"TCP", false, 8, 100, 1},
      Case{"TCP", false, 8, 100, 2}, Case{"TCP", false, 8, 100, 4},  Case{"TCP", false, 8, 1000, 1},
      Case{"TCP", false, 8, 1000, 2}};
  struct Raw {
    const char* name;
    bool datagrams;
    std::size_t senders, size;
  };
  constexpr std::array raw_cases{Raw{"raw UDP, answered", true, 1, 100},
                                 Raw{"raw UDP, answered", true, 16, 100},
                                 Raw{"raw UDP, answered", true, 16, 1000},
                                 Raw{"raw TCP", false, 1, 100},
                                 Raw{"raw TCP", false, 1, 400},
                                 Raw{"raw TCP", false, 1, 1000}};
  std::array<std::vector<Row>, cases.size()> rows;
  std::array<std::vector<Row>, raw_cases.size()> raw;
  for (int round = 0; round < rounds; ++round) {  // in turn, so that a slow minute is everybody's
    for (std::size_t i = 0; i < cases.size(); ++i) rows[i].push_back(measure(cases[i], milliseconds));
    for (std::size_t i = 0; i < raw_cases.size(); ++i) {
      const Raw& one = raw_cases[i];
      const std::size_t size = on_the_wire(one.size);
      raw[i].push_back(one.datagrams ? measure_raw_udp(size, one.senders, milliseconds)
                                     : measure_raw_tcp(size, milliseconds));
    }
  }
  std::printf("| what | sessions | message, bytes | shards | messages a second | CPU µs a message, both ends |\n");
  std::printf("|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < cases.size(); ++i)
    print(cases[i].name, cases[i].sessions, cases[i].size, cases[i].shards, rows[i]);
  for (std::size_t i = 0; i < raw_cases.size(); ++i)
    print(raw_cases[i].name, raw_cases[i].senders, raw_cases[i].size, 0, raw[i]);
}

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  tacit::bench::run(argc > 1 ? std::atoi(argv[1]) : 5, argc > 2 ? std::atoi(argv[2]) : 400);
}
