#include "app/bench/nomq.hpp"
#include "app/bench/nomq_pair.hpp"
#include "app/bench/numbered.hpp"
#include "app/bench/raw_udp.hpp"
#include "app/bench/repeating.hpp"

namespace tacit::app::bench {
namespace {

using namespace tacit::literals;

Figures latency_round(const Settings& settings, std::optional<double> loss) {
  NomqPair pair(loss);
  // Whoever gives up sooner takes a late answer for that of the next message.
  const double patience = settings.qos > 0 ? static_cast<double>(ended_after.us) / 1e6 : 0.3;
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
    while (tally.arrived() == before && watch.wall() - start < patience) pair.one->turn(10_ms);
    if (tally.arrived() != before) latencies.add(arrived_at - start);
  }
  return latencies.figures(tally.wrong());
}

}  // namespace

Experiment nomq_latency(const Settings& settings) {
  const auto ours = [settings](std::optional<double> loss) {
    return [settings, loss] { return latency_round(settings, loss); };
  };
  Experiment experiment{
      .columns = latency_columns(),
      .subjects = {{"tacit", nomq_name(settings), ours(settings.loss)},
                   {"bare", "raw UDP, seal, open",
                    [settings] {
                      return bare_exchange_udp(Like::nomq, settings.message, settings.length).figures(0);
                    }}},
      .ratios = {{"tacit", "bare", "p50_us"}, {"tacit", "bare", "p99_us"}},
      .notes = {}};
  if (!settings.loss) return experiment;
  if (*settings.loss > 0) {
    experiment.subjects.insert(experiment.subjects.begin() + 1, {"lossless", "the same, nothing lost", ours(0.0)});
    experiment.ratios = {{"tacit", "lossless", "p50_us"}, {"tacit", "lossless", "p99_us"}};
  }
  experiment.notes = {"datagrams get lost in a relay, each by itself, both ways",
                      "raw UDP goes without the relay, and loses nothing"};
  if (settings.qos == 0) experiment.notes.emplace_back("only round trips of which nothing got lost are counted");
  return experiment;
}

}  // namespace tacit::app::bench
