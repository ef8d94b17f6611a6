#include "app/bench/e2e.hpp"

#include <memory>

#include "app/bench/broker.hpp"
#include "app/bench/latency.hpp"
#include "app/bench/mqtt_ends.hpp"
#include "app/bench/numbered.hpp"
#include "app/bench/pace.hpp"
#include "app/bench/repeating.hpp"

namespace tacit::app::bench {
namespace {

constexpr std::uint64_t ahead_max = 512;  // of the subscriber; they lie in the broker

// The broker that was named, or one of our own.
class Through {
 public:
  explicit Through(const Settings& settings) {
    if (settings.broker) {
      at = *settings.broker;
    } else {
      own = Broker::start();
      if (!own)
        throw NotReached("there is no mosquitto on this machine, or it does not start",
                         "Install mosquitto, or name a broker with --host.");
      at = own->at();
    }
  }
  double broker_cpu_s() const { return own ? own->cpu_s() : unknown; }

  BrokerAt at;
  std::unique_ptr<Broker> own;
};

using MakePair = MqttPair (*)(const BrokerAt&);

Figures throughput_round(const Through& through, MakePair make, const Settings& settings) {
  const MqttPair pair = make(through.at);
  Credit credit(ahead_max);
  Tally tally(settings.message, 1);
  Numbered numbered(settings.message);
  pair.other->on_message = [&](Bytes message) { tally.take(message); };
  std::uint64_t sent = 0;
  const double broker_before = through.broker_cpu_s();
  const Stopwatch watch;
  double latest = 0;
  {
    const Repeating receiver([&] {
      pair.other->turn(5);
      if (tally.arrived() == credit.arrived()) return;
      latest = watch.wall();
      credit.tell(tally.arrived());
    });
    std::optional<Pace> pace;
    if (settings.rate) pace.emplace(*settings.rate, 64, watch.wall());
    while (sent < settings.length.messages && watch.wall() < settings.length.seconds) {
      std::uint64_t room = sent < credit.arrived() + ahead_max ? 64 : 0;
      if (pace) room = pace->wait(sent, watch.wall());
      room = std::min(room, settings.length.messages - sent);
      const std::uint64_t before = sent;
      while (sent < before + room && pair.one->publish(numbered.number(static_cast<std::uint32_t>(sent)), settings.qos))
        ++sent;
      pair.one->turn(sent > before ? 0 : 1);
    }
    // What is not there after so long a silence was lost.
    for (double quiet_since = watch.wall(); credit.arrived() < sent && watch.wall() - quiet_since < 2;) {
      const std::uint64_t seen = credit.arrived();
      pair.one->turn(1);
      if (credit.arrived() != seen) quiet_since = watch.wall();
    }
  }
  Spent spent = watch.spent();
  spent.wall = latest;
  Figures figures = figures_of({spent, sent, tally.arrived(), tally.wrong()});
  figures.push_back(us_each(through.broker_cpu_s() - broker_before, tally.arrived()));
  return figures;
}

Figures latency_round(const Through& through, MakePair make, const Settings& settings) {
  const MqttPair pair = make(through.at);
  Tally tally(settings.message, 1);
  Numbered numbered(settings.message);
  pair.other->on_message = [&](Bytes message) { (void)pair.other->publish(message, settings.qos); };
  pair.one->on_message = [&](Bytes message) { tally.take(message); };
  const Repeating other([&] { pair.other->turn(5); });
  Latencies latencies;
  const Stopwatch watch;
  for (std::uint32_t n = 0; latencies.count() < settings.length.messages && watch.wall() < settings.length.seconds;
       ++n) {
    const double start = watch.wall();
    const auto before = tally.arrived();
    (void)pair.one->publish(numbered.number(n), settings.qos);
    while (tally.arrived() == before && watch.wall() - start < 1) pair.one->turn(10);
    if (tally.arrived() != before) latencies.add(watch.wall() - start);
  }
  return latencies.figures(tally.wrong());
}

std::vector<Subject> subjects(const Settings& settings, Figures (*round)(const Through&, MakePair, const Settings&)) {
  const auto through = std::make_shared<Through>(settings);
  return {{"tacit", "mqtt-e2e", [=] { return round(*through, e2e_pair, settings); }},
          {"raw", "libmosquitto, in the clear", [=] { return round(*through, plain_pair, settings); }}};
}

}  // namespace

Experiment e2e_throughput(const Settings& settings) {
  Experiment experiment{.columns = traffic_columns(),
                        .subjects = subjects(settings, throughput_round),
                        .ratios = ratios_of_traffic("tacit", {"raw"}),
                        .notes = {"CPU time of both ends is without the broker's"}};
  experiment.columns.push_back({"cpu_us_broker", "broker's", 3});
  return experiment;
}

Experiment e2e_latency(const Settings& settings) {
  return {.columns = latency_columns(),
          .subjects = subjects(settings, latency_round),
          .ratios = {{"tacit", "raw", "p50_us"}, {"tacit", "raw", "p99_us"}},
          .notes = {}};
}

}  // namespace tacit::app::bench
