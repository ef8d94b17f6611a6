#include "app/bench/usmp.hpp"

#include <poll.h>

#include "app/bench/raw_tcp.hpp"
#include "app/bench/raw_udp.hpp"
#include "app/bench/usmp_device.hpp"
#include "app/bench/usmp_senders.hpp"

namespace tacit::app::bench {
namespace {

using namespace tacit::literals;

// A message of more than 452 bytes is several frames; what it is held against are as many, of equal sizes.
struct Frames {
  explicit Frames(std::size_t message)
      : count((message + usmp::fragment_size_max - 1) / usmp::fragment_size_max), size((message + count - 1) / count) {}
  std::size_t count, size;
};

// A run of frames as one of messages.
template <class Run> Figures per_message(const Settings& settings, Run run) {
  const Frames frames(settings.message);
  RunLength length = settings.length;
  length.messages = std::min<std::uint64_t>(length.messages, UINT32_MAX / frames.count) * frames.count;
  Traffic traffic = run(Like::usmp, frames.size, length);
  for (std::uint64_t* count : {&traffic.sent, &traffic.arrived, &traffic.wrong}) *count /= frames.count;
  return figures_of(traffic);
}

Traffic run(const Settings& settings) {
  const UsmpServer server({.shards = settings.shards,
                           .message = settings.message,
                           .devices = static_cast<std::uint32_t>(settings.sessions)});
  UsmpSenders senders(server, settings);
  const std::uint64_t all =
      std::max<std::uint64_t>(settings.length.messages / settings.sessions, 1) * settings.sessions;
  const Stopwatch watch(senders.clocks());
  senders.start();
  while (watch.wall() < settings.length.seconds && server.arrived() < all) (void)poll(nullptr, 0, 2);
  senders.stop();
  // What was taken arrives, or is lost when for three seconds nothing has.
  std::uint64_t seen = server.arrived();
  double moved = watch.wall();
  while (watch.wall() < moved + 3) {
    if (server.arrived() != seen) seen = server.arrived(), moved = watch.wall();
    if (seen == senders.sent() && watch.wall() > moved + 0.02) break;
    (void)poll(nullptr, 0, 1);
  }
  Spent spent = watch.spent();
  spent.wall = moved;
  return {spent, senders.sent(), server.arrived(), server.wrong()};
}

template <class Client> Figures latency_round(const Settings& settings) {
  const UsmpServer server({.message = settings.message, .answers = true});
  UsmpDevice<Client> device(server.at(), device_id(0), server.psk());
  const Stopwatch watch;
  while (!device.connected && watch.wall() < 10) {
    if (device.wait(10_ms)) device.turn();
  }
  if (!device.connected) throw NotReached("a USMP device on loopback did not reach its server");

  Tally tally(settings.message, 1);
  double arrived_at = 0;  // in the program's hands; its acknowledgement leaves after that
  device.on_message = [&](Bytes message) {
    tally.take(message);
    arrived_at = watch.wall();
  };
  Latencies latencies;
  Numbered numbered(settings.message);
  const double begin = watch.wall();
  for (std::uint32_t n = 0;
       latencies.count() < settings.length.messages && watch.wall() - begin < settings.length.seconds; ++n) {
    const double start = watch.wall();
    const auto before = tally.arrived();
    (void)device.send(numbered.number(n), linux_port::now());
    device.flush();
    while (tally.arrived() == before && watch.wall() - start < 1)
      if (device.wait(10_ms)) device.turn();
    if (tally.arrived() != before) latencies.add(arrived_at - start);
  }
  return latencies.figures(tally.wrong());
}

std::string name_of(const Settings& settings) {
  return settings.transport == Transport::udp ? "USMP v2, UDP" : "USMP v2, TCP";
}

}  // namespace

Experiment usmp_throughput(const Settings& settings) {
  Experiment experiment{.columns = traffic_columns(), .subjects = {}, .ratios = {}, .notes = {}};
  auto& subjects = experiment.subjects;
  subjects.push_back({"tacit", name_of(settings), [settings] { return figures_of(run(settings)); }});
  if (settings.transport == Transport::udp) {
    const auto answered = [settings](Seals seals) {
      return per_message(settings, [&](Like like, std::size_t frame, const RunLength& length) {
        return answered_udp(like, seals, frame, settings.sessions, length);
      });
    };
    subjects.push_back({"raw", "raw UDP, answered", [answered] { return answered(Seals::no); }});
    subjects.push_back({"bare", "raw UDP, answered, seal, open", [answered] { return answered(Seals::yes); }});
    experiment.notes.emplace_back("over UDP each session has one message in flight; so has what it is held against");
  } else {
    subjects.push_back({"raw", "raw TCP", [settings] { return per_message(settings, raw_tcp); }});
    subjects.push_back({"bare", "bare loop: TCP, seal, open", [settings] { return per_message(settings, bare_tcp); }});
  }
  experiment.ratios = ratios_of_traffic("tacit", {"raw", "bare"});
  return experiment;
}

Experiment usmp_latency(const Settings& settings) {
  const bool udp = settings.transport == Transport::udp;
  return {.columns = latency_columns(),
          .subjects = {{"tacit", name_of(settings),
                        [settings, udp] {
                          return udp ? latency_round<usmp::DatagramClient>(settings)
                                     : latency_round<usmp::StreamClient>(settings);
                        }},
                       {"bare", udp ? "raw UDP, seal, open" : "raw TCP, seal, open",
                        [settings, udp] {
                          return (udp ? bare_exchange_udp : bare_exchange_tcp)(Like::usmp, settings.message,
                                                                               settings.length)
                              .figures(0);
                        }}},
          .ratios = {{"tacit", "bare", "p50_us"}, {"tacit", "bare", "p99_us"}},
          .notes = {}};
}

}  // namespace tacit::app::bench
