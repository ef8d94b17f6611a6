// NoMQ on loopback: a publisher and a subscriber, each with its node, its sockets and its thread, over real
// sockets. Messages a second, CPU time of both ends per message, and allocations in the packet path.
//
// usage: nomq_bench [ROUNDS [MESSAGES]]
//
// QoS 0 is paced by what has arrived, so that nothing is lost for want of a buffer; QoS 1 and 2 are driven by the
// node's own window. Raw UDP in the same program, one datagram of the same size a call, is the measure beside it.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/port/linux/lan_driver.hpp"
#include "tests/support/allocations.hpp"

namespace {

using namespace tacit;
using namespace tacit::literals;

constexpr std::string_view channel = "bench";

struct Station {
  crypto::HostRandom random;
  Secret<32> encryption{bytes_of("a key that everybody may know. 1")},
      mac{bytes_of("a key that everybody may know. 2")};
  crypto::CbcHmac cipher{encryption, mac};
  host::NomqMemory memory;
  nomq::Node node{{}, memory.tables(), cipher, random};
  linux_port::LanSockets sockets{{.group = {18889, std::nullopt}, .own = {}, .interfaces = {"lo"}}, random};
  std::uint64_t messages = 0, outcomes = 0;
  linux_port::LanDriver<nomq::Node> driver{node, sockets, [this](const nomq::Event& event) {
                                             messages += std::holds_alternative<nomq::Message>(event);
                                             outcomes += std::holds_alternative<nomq::Outcome>(event);
                                           }};

  void turn(Duration at_most) {
    if (sockets.wait(at_most)) driver.turn();
  }
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Row {
  double rate, cpu_us;
  std::uint64_t lost, allocations;
};

// The two find each other, and the half second passes in which a publisher waits for subscribers.
void introduce(Station& publisher, Station& subscriber) {
  require(subscriber.node.subscribe(channel, linux_port::now()).has_value());
  subscriber.driver.flush();
  publisher.driver.flush();
  const Instant until = linux_port::now().tick + 700_ms;
  while (linux_port::now().tick < until) publisher.turn(5_ms), subscriber.turn(5_ms);
  require(publisher.node.listens(subscriber.node.session(), nomq::channel_id(channel)));
}

Row measure(nomq::Qos qos, std::size_t size, std::uint64_t count) {
  const auto subscriber = std::make_unique<Station>(), publisher = std::make_unique<Station>();
  introduce(*publisher, *subscriber);

  const bool acknowledged = qos != nomq::Qos::at_most_once;
  const std::uint64_t ahead_max = acknowledged ? 4096 : 256;
  const std::vector<std::uint8_t> message(size, 0x55);
  const auto id = nomq::channel_id(channel);
  std::atomic<std::uint64_t> told = 0;
  std::atomic<bool> over = false;
  const double cpu = cpu_seconds();
  const Instant start = linux_port::now().tick;
  std::thread receiver([&] {
    while (!over) {
      subscriber->turn(20_ms);
      told.store(subscriber->messages, std::memory_order_release);
    }
  });
  const auto allocations_before = test::allocations();
  std::uint64_t published = 0, seen = 0;
  for (Instant moved = start; seen < count && linux_port::now().tick - moved < 3_s;) {
    const std::uint64_t ended = acknowledged ? publisher->outcomes : told.load(std::memory_order_acquire);
    if (ended != seen) seen = ended, moved = linux_port::now().tick;
    int room = 64;
    for (; room > 0 && published < count && published - seen < ahead_max; --room, ++published)
      if (!publisher->node.publish({.channel = id, .message = message, .qos = qos}, linux_port::now())) break;
    publisher->driver.flush();
    publisher->turn(room == 0 ? 0_ms : acknowledged ? 1_ms : 10_us);
  }
  const double took = static_cast<double>((linux_port::now().tick - start).us) / 1e6;
  const auto allocated = test::allocations() - allocations_before;
  over = true;
  receiver.join();
  const auto arrived = static_cast<double>(subscriber->messages);
  return {arrived / took, (cpu_seconds() - cpu) / arrived * 1e6, count - subscriber->messages, allocated};
}

// One datagram a call, as who writes the obvious program would.
Row measure_raw(std::size_t size, std::uint64_t count) {
  const int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  const timeval patience{0, 200'000};
  auto* address = reinterpret_cast<sockaddr*>(&at);
  require(in >= 0 && out >= 0 && bind(in, address, sizeof at) == 0 && getsockname(in, address, &length) == 0 &&
          setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
          connect(out, address, sizeof at) == 0);
  std::atomic<std::uint64_t> told = 0;
  const double cpu = cpu_seconds();
  const Instant start = linux_port::now().tick;
  std::thread receiver([&] {
    std::vector<std::uint8_t> bytes(2048);
    while (told < count && recv(in, bytes.data(), bytes.size(), 0) > 0) told.fetch_add(1, std::memory_order_release);
  });
  const std::vector<std::uint8_t> datagram(nomq::sealed_size(16 + size), 0x55);
  for (std::uint64_t sent = 0; sent < count; ++sent) {
    while (sent - told.load(std::memory_order_acquire) > 128) std::this_thread::yield();
    if (send(out, datagram.data(), datagram.size(), 0) < 0) break;
  }
  receiver.join();
  const double took = static_cast<double>((linux_port::now().tick - start).us) / 1e6;
  close(in);
  close(out);
  const auto arrived = static_cast<double>(told);
  return {arrived / took, (cpu_seconds() - cpu) / arrived * 1e6, count - told, 0};
}

void print(const char* what, std::size_t size, std::vector<Row> rows) {
  const auto spread = [&](auto of) {
    std::ranges::sort(rows, {}, of);
    return std::array{of(rows.front()), of(rows[rows.size() / 2]), of(rows.back())};
  };
  const auto rate = spread([](const Row& r) { return r.rate; });
  const auto cpu = spread([](const Row& r) { return r.cpu_us; });
  unsigned long long lost = 0, allocations = 0;
  for (const Row& row : rows) lost += row.lost, allocations += row.allocations;
  std::printf("| %s | %zu | %.0f (%.0f to %.0f) | %.2f (%.2f to %.2f) | %llu | %llu |\n", what, size, rate[1], rate[0],
              rate[2], cpu[1], cpu[0], cpu[2], lost, allocations);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  struct Case {
    const char* name;
    nomq::Qos qos;
    std::size_t size;
  };
  constexpr std::array cases{Case{"QoS 0", nomq::Qos::at_most_once, 100}, Case{"QoS 1", nomq::Qos::at_least_once, 100},
                             Case{"QoS 2", nomq::Qos::exactly_once, 100}, Case{"QoS 0", nomq::Qos::at_most_once, 1000},
                             Case{"QoS 1", nomq::Qos::at_least_once, 1000}};
  std::array<std::vector<Row>, cases.size()> rows;
  std::vector<Row> raw;
  for (int round = 0; round < rounds; ++round) {  // in turn, so that a slow minute is everybody's
    for (std::size_t i = 0; i < cases.size(); ++i) rows[i].push_back(measure(cases[i].qos, cases[i].size, count));
    raw.push_back(measure_raw(100, count));
  }
  std::printf("| what | message, bytes | messages a second | CPU µs a message, both ends | lost | allocations |\n");
  std::printf("|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < cases.size(); ++i) print(cases[i].name, cases[i].size, rows[i]);
  print("raw UDP, one datagram of that size a call", 100, raw);
}
