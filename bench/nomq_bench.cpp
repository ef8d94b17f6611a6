// NoMQ on loopback: a publisher and a subscriber, each with its node, its sockets and its thread, over real
// sockets. Messages a second, CPU time of both ends per message, and allocations in the packet path.
//
// usage: nomq_bench [ROUNDS [MESSAGES [--json | ROW]]]
//
// ROW, from 0, measures that one alone and nothing beside it, for a profile.
//
// QoS 0 is paced by what has arrived, so that nothing is lost for want of a buffer; QoS 1 and 2 are driven by the
// node's own window. Each message carries its number, and the subscriber looks at all of its bytes. Beside each stand,
// measured in the same rounds: raw UDP with datagrams of the same size, and the bare loop, which seals, sends, receives
// and opens as many packets as the message costs (its acknowledgements too) and does nothing else.
#include <cstdlib>
#include <latch>
#include <memory>
#include <thread>

#include "bench/bare_udp.hpp"
#include "bench/measure.hpp"
#include "bench/pacer.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/port/linux/lan_driver.hpp"
#include "tests/support/allocations.hpp"

namespace tacit::bench {
namespace {

using namespace literals;

constexpr std::string_view channel = "bench";
constexpr std::uint64_t publish_at_once = 512;
constexpr std::size_t control_size = nomq::sealed_size(wire::size_of<nomq::ControlBody>);

crypto::CbcHmac bench_cipher() {
  return {Secret<32>(bytes_of("a key that everybody may know. 1")),
          Secret<32>(bytes_of("a key that everybody may know. 2"))};
}

struct Station {
  crypto::HostRandom random;
  crypto::CbcHmac cipher = bench_cipher();
  host::NomqMemory memory;
  nomq::Node node{{}, memory.tables(), cipher, random};
  linux_port::LanSockets sockets{{.group = {18889, std::nullopt}, .own = {}, .interfaces = {"lo"}}, random};
  std::vector<std::uint8_t> expected;  // a message, but for its number
  std::uint64_t messages = 0, outcomes = 0, sum = 0;
  linux_port::LanDriver<nomq::Node> driver{node, sockets, [this](const nomq::Event& event) {
                                             if (const auto* message = std::get_if<nomq::Message>(&event))
                                               take(*message);
                                             else outcomes += std::holds_alternative<nomq::Outcome>(event);
                                           }};

  void take(const nomq::Message& message) {
    std::uint64_t number = 0;
    require(message.payload.size() == expected.size());
    std::memcpy(&number, message.payload.data(), sizeof number);
    require(std::memcmp(message.payload.data() + sizeof number, expected.data() + sizeof number,
                        expected.size() - sizeof number) == 0);
    sum += number;
    ++messages;
  }
  void turn(Duration at_most) {
    if (sockets.wait(at_most)) driver.turn();
  }
};

struct Case {
  const char* name;
  nomq::Qos qos;
  std::size_t size, controls;  // packets beside the message: acknowledgements, and for QoS 2 what is between
};

struct Row {
  Rate ours, raw, bare;
  std::uint64_t allocations = 0;
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

// Until each message has arrived, or has been given up.
void publish_all(Station& publisher, const Case& what, std::uint64_t count, Pacer& pacer) {
  const bool acknowledged = what.qos != nomq::Qos::at_most_once;
  const auto id = nomq::channel_id(channel);
  std::vector<std::uint8_t>& message = publisher.expected;
  const auto publish_some = [&](std::uint64_t from) {
    const Now now = linux_port::now();
    std::uint64_t next = from;
    for (; next < count && next - from < publish_at_once; ++next) {
      std::memcpy(message.data(), &next, sizeof next);
      if (!publisher.node.publish({.channel = id, .message = message, .qos = what.qos}, now)) break;
    }
    publisher.driver.flush();
    return next;
  };
  std::uint64_t published = 0;
  if (acknowledged) {
    while (publisher.outcomes < count) {
      if (published < publisher.outcomes + nomq::ids_in_flight_max) published = publish_some(published);
      publisher.turn(1_s);
    }
  } else {
    while (published < count && pacer.wait_until_near(published)) {
      published = publish_some(published);
      publisher.turn(0_s);  // it hears the group, itself too
    }
    for (Instant since = linux_port::now().tick; pacer.told() < count && linux_port::now().tick - since < 1_s;)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Row measure_ours(const Case& what, std::uint64_t count) {
  const auto subscriber = std::make_unique<Station>(), publisher = std::make_unique<Station>();
  publisher->expected = subscriber->expected = std::vector<std::uint8_t>(what.size, 0x55);
  introduce(*publisher, *subscriber);
  Pacer pacer;
  std::atomic<bool> over = false;
  const double cpu = cpu_seconds();
  const Instant start = linux_port::now().tick;
  std::latch ready(1);
  std::thread receiver([&] {
    (void)bench_cipher();  // a thread's lanes of ipsec-mb are made with the first key it makes or uses
    ready.count_down();
    while (!over) {
      subscriber->turn(20_ms);
      pacer.tell(subscriber->messages);
    }
  });
  ready.wait();
  const auto allocations_before = test::allocations();
  publish_all(*publisher, what, count, pacer);
  const double took = static_cast<double>((linux_port::now().tick - start).us) / 1e6;
  const auto allocated = test::allocations() - allocations_before;
  over = true;
  receiver.join();
  const auto arrived = static_cast<double>(subscriber->messages);
  if (subscriber->messages == count) require(subscriber->sum == count * (count - 1) / 2);  // each of them once
  return {{arrived / took, (cpu_seconds() - cpu) / arrived * 1e6, count - subscriber->messages}, {}, {}, allocated};
}

Row measure(const Case& what, std::uint64_t count) {
  const std::size_t packet = nomq::sealed_size(wire::size_of<nomq::Preamble> + what.size);
  Row row = measure_ours(what, count);
  row.raw = raw_udp(packet, count);
  crypto::CbcHmac sender = bench_cipher(), receiver = bench_cipher();
  row.bare = bare_loop(sender, receiver, packet, count);
  if (what.controls > 0) {
    const Rate control = bare_loop(sender, receiver, control_size, what.controls * count);
    const auto controls = static_cast<double>(what.controls);
    row.bare.per_second = 1 / (1 / row.bare.per_second + controls / control.per_second);
    row.bare.cpu_us += controls * control.cpu_us;
  }
  return row;
}

template <class Of> std::vector<double> each(const std::vector<Row>& rows, Of of) {
  std::vector<double> values;
  for (const Row& row : rows) values.push_back(of(row));
  return values;
}

double rate(const Row& row) { return row.ours.per_second; }
double cpu(const Row& row) { return row.ours.cpu_us; }
double raw_rate(const Row& row) { return row.raw.per_second; }
double raw_cpu(const Row& row) { return row.raw.cpu_us; }
double bare_rate(const Row& row) { return row.bare.per_second; }
double bare_cpu(const Row& row) { return row.bare.cpu_us; }
double of_the_limit(const Row& row) { return 100 * row.bare.cpu_us / row.ours.cpu_us; }

unsigned long long total(const std::vector<Row>& rows, auto of) {
  unsigned long long sum = 0;
  for (const Row& row : rows) sum += of(row);
  return sum;
}
auto lost(const std::vector<Row>& rows) {
  return total(rows, [](const Row& row) { return row.ours.lost; });
}
auto allocations(const std::vector<Row>& rows) {
  return total(rows, [](const Row& row) { return row.allocations; });
}

void print_table(std::span<const Case> cases, std::span<const std::vector<Row>> rows) {
  std::printf(
      "| what | message, bytes | messages a second | CPU µs a message, both ends | raw UDP: a second, CPU µs | "
      "bare loop: a second, CPU µs | of the bare loop, %% | lost | allocations |\n");
  std::printf("|---|---|---|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < cases.size(); ++i)
    std::printf("| %s | %zu | %s | %s | %.0f, %.2f | %.0f, %.2f | %s | %llu | %llu |\n", cases[i].name, cases[i].size,
                spread(each(rows[i], rate), 0).c_str(), spread(each(rows[i], cpu), 2).c_str(),
                median(each(rows[i], raw_rate)), median(each(rows[i], raw_cpu)), median(each(rows[i], bare_rate)),
                median(each(rows[i], bare_cpu)), spread(each(rows[i], of_the_limit), 0).c_str(), lost(rows[i]),
                allocations(rows[i]));
}

// One object a line and case; each figure is the list of its rounds.
void print_json(std::span<const Case> cases, std::span<const std::vector<Row>> rows) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::printf(R"({"what": "%s", "bytes": %zu, "lost": %llu, "allocations": %llu)", cases[i].name, cases[i].size,
                lost(rows[i]), allocations(rows[i]));
    const auto list = [&](const char* name, auto of) {
      std::printf(R"(, "%s": [)", name);
      const char* between = "";
      for (double value : each(rows[i], of)) std::printf("%s%.4f", std::exchange(between, ", "), value);
      std::printf("]");
    };
    list("per_second", rate), list("cpu_us", cpu);
    list("raw_per_second", raw_rate), list("raw_cpu_us", raw_cpu);
    list("bare_per_second", bare_rate), list("bare_cpu_us", bare_cpu);
    std::printf("}\n");
  }
}

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  using namespace tacit;
  using bench::Case;
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  const bool json = argc > 3 && std::string_view(argv[3]) == "--json", one = argc > 3 && !json;
  constexpr std::array cases{
      Case{"QoS 0", nomq::Qos::at_most_once, 100, 0}, Case{"QoS 1", nomq::Qos::at_least_once, 100, 1},
      Case{"QoS 2", nomq::Qos::exactly_once, 100, 3}, Case{"QoS 0", nomq::Qos::at_most_once, 1000, 0},
      Case{"QoS 1", nomq::Qos::at_least_once, 1000, 1}};
  std::array<std::vector<bench::Row>, cases.size()> rows;
  for (int round = 0; one && round < rounds; ++round) {
    const bench::Rate rate = bench::measure_ours(cases.at(std::strtoul(argv[3], nullptr, 10)), count).ours;
    std::printf("%.0f a second, %.2f CPU µs, %llu lost\n", rate.per_second, rate.cpu_us,
                static_cast<unsigned long long>(rate.lost));
  }
  if (one) return 0;
  for (int round = 0; round < rounds; ++round)  // in turn, so that a slow minute is everybody's
    for (std::size_t i = 0; i < cases.size(); ++i) rows[i].push_back(bench::measure(cases[i], count));
  if (json) bench::print_json(cases, rows);
  else bench::print_table(cases, rows);
}
