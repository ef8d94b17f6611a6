#include "app/bench/nomq.hpp"
#include "app/bench/nomq_pair.hpp"
#include "app/bench/numbered.hpp"
#include "app/bench/raw_udp.hpp"
#include "app/bench/repeating.hpp"

namespace tacit::app::bench {
namespace {

using namespace tacit::literals;

Figures latency_round(const Settings& settings) {
  NomqPair pair;
  const auto qos = static_cast<nomq::Qos>(settings.qos);
  pair.other->on_message = [&](const nomq::Message& message) {
    (void)pair.other->node.publish({.channel = pair.to_one, .message = message.payload, .qos = qos}, linux_port::now());
  };
  const Stopwatch watch;
  Tally tally(settings.message, 1);
  double arrived_at = 0;  // in the program's hands; what the node does after that is of no answer
  pair.one->on_message = [&](const nomq::Message& message) {
    tally.take(message.payload);
    arrived_at = watch.wall();
  };
  const Repeating other([&] { pair.other->turn(5_ms); });

  Latencies latencies;
  Numbered numbered(settings.message);
  for (std::uint32_t n = 0; latencies.count() < settings.length.messages && watch.wall() < settings.length.seconds;
       ++n) {
    const double start = watch.wall();
    const auto before = tally.arrived();
    (void)pair.one->node.publish({.channel = pair.to_other, .message = numbered.number(n), .qos = qos},
                                 linux_port::now());
    pair.one->flush();
    while (tally.arrived() == before && watch.wall() - start < 0.3) pair.one->turn(10_ms);
    if (tally.arrived() != before) latencies.add(arrived_at - start);
  }
  return latencies.figures();
}

}  // namespace

Experiment nomq_latency(const Settings& settings) {
  return {
      .columns = latency_columns(),
      .subjects = {{"tacit", nomq_name(settings), [settings] { return latency_round(settings); }},
                   {"bare", "raw UDP, seal, open",
                    [settings] { return bare_exchange_udp(Like::nomq, settings.message, settings.length).figures(); }}},
      .ratios = {{"tacit", "bare", "p50_us"}, {"tacit", "bare", "p99_us"}},
      .notes = {}};
}

}  // namespace tacit::app::bench
