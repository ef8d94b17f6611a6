#include "app/bench/nomq.hpp"

#include <memory>
#include <sstream>

#include "app/bench/lossless_rate.hpp"
#include "app/bench/nomq_pair.hpp"
#include "app/bench/numbered.hpp"
#include "app/bench/pace.hpp"
#include "app/bench/raw_udp.hpp"
#include "app/bench/repeating.hpp"

namespace tacit::app::bench {
namespace {

using namespace tacit::literals;

constexpr std::uint64_t burst = 4 * BareCipher::batch;
constexpr std::uint64_t ahead_max = 2048;  // with acknowledgements: what waits behind the 1,024 that may be in flight

// Publishes messages, and waits until none is under way any more.
class Publishing {
 public:
  Publishing(NomqPair& pair, const Settings& settings, const Credit& credit)
      : station_(*pair.one),
        publication_{.channel = pair.to_other, .message = {}, .qos = static_cast<nomq::Qos>(settings.qos)},
        numbered_(settings.message), credit_(credit), acknowledged_(settings.qos > 0), ended_(station_.outcomes) {}

  // How many were sent. Rate 0: as fast as the other side lets it.
  std::uint64_t run(double rate, const RunLength& length, const Stopwatch& watch) {
    Pace pace(rate, burst, watch.wall());
    while (sent_ < length.messages && watch.wall() < length.seconds) {
      if (rate > 0) publish(std::min(pace.wait(sent_, watch.wall()), length.messages - sent_));
      else if (acknowledged_ || credit_.wait_until_near(sent_)) publish(std::min(burst, length.messages - sent_));
      station_.turn(acknowledged_ && under_way() >= ahead_max ? 1_ms : 0_ms);
    }
    settle();
    return sent_;
  }

 private:
  std::uint64_t under_way() const {
    return acknowledged_ ? sent_ - (station_.outcomes - ended_) : sent_ - credit_.arrived();
  }

  void publish(std::uint64_t count) {
    const Now now = linux_port::now();
    for (; count > 0 && (!acknowledged_ || under_way() < ahead_max); --count, ++sent_) {
      publication_.message = numbered_.number(static_cast<std::uint32_t>(sent_));
      if (!station_.node.publish(publication_, now)) break;
    }
    station_.flush();
  }

  // What is not there after so long a silence was lost.
  void settle() {
    const Duration patience = acknowledged_ ? ended_after : 200_ms;
    std::uint64_t waiting_for = under_way();
    for (Instant moved = linux_port::now().tick; waiting_for > 0 && linux_port::now().tick - moved < patience;) {
      station_.turn(1_ms);
      if (under_way() == waiting_for) continue;
      waiting_for = under_way();
      moved = linux_port::now().tick;
    }
  }

  NomqStation& station_;
  nomq::Publication publication_;
  Numbered numbered_;
  const Credit& credit_;
  const bool acknowledged_;
  const std::uint64_t ended_;
  std::uint64_t sent_ = 0;
};

Traffic run(NomqPair& pair, const Settings& settings, double rate, const RunLength& length) {
  Credit credit(4 * burst);
  Tally tally(settings.message, 1);
  pair.other->on_message = [&](const nomq::Message& message) { tally.take(message.payload); };
  const Stopwatch watch;
  double latest = 0;
  std::uint64_t sent = 0;
  {
    const Repeating receiver([&] {
      pair.other->turn(5_ms);
      if (tally.arrived() == credit.arrived()) return;
      latest = watch.wall();
      credit.tell(tally.arrived());
    });
    sent = Publishing(pair, settings, credit).run(rate, length, watch);
  }
  Spent spent = watch.spent();
  spent.wall = latest;  // the silence after it is not part of it
  return {spent, sent, tally.arrived(), tally.wrong()};
}

// The bare loop of all packets that a message costs: with QoS 1 an acknowledgement, with QoS 2 three of them, as large
// as the smallest message.
Traffic bare_run(const Settings& settings) {
  Traffic run = bare_udp(Like::nomq, settings.message, settings.length);
  if (settings.qos == 0) return run;
  const double controls = settings.qos == 1 ? 1 : 3;
  const Traffic control = bare_udp(Like::nomq, Numbered::size_min, settings.length);
  const double each = controls * static_cast<double>(run.arrived) / static_cast<double>(control.arrived);
  run.spent.wall += each * control.spent.wall;
  run.spent.cpu += each * control.spent.cpu;
  run.spent.cpu_sending += each * control.spent.cpu_sending;
  return run;
}

// With so many figures each; those beyond a run's own are another subject's, and unknown.
std::vector<Subject> raw_subjects(const Settings& settings, std::size_t columns) {
  const auto figures = [columns](const Traffic& run) {
    Figures all = figures_of(run);
    all.resize(columns, unknown);
    return all;
  };
  return {
      {"raw", "raw UDP, sendmmsg", [=] { return figures(raw_udp(Like::nomq, settings.message, settings.length)); }},
      {"bare", kernel_cuts_runs() ? "bare loop: GSO, GRO, seal, open" : "bare loop: sendmmsg, seal, open",
       [=] { return figures(bare_run(settings)); }},
  };
}

Figures relayed_round(const Settings& settings, double loss) {
  NomqPair pair(loss);
  const double relay_before = pair.relay->cpu_s();
  Traffic traffic = run(pair, settings, settings.rate.value_or(0), settings.length);
  const double relay = pair.relay->cpu_s() - relay_before;
  traffic.spent.cpu -= relay;  // it is the network's, and no part of what a message costs
  Figures figures = figures_of(traffic);
  figures.push_back(us_each(relay, traffic.arrived));
  return figures;
}

Experiment relayed_throughput(const Settings& settings) {
  Experiment experiment{.columns = traffic_columns(), .subjects = {}, .ratios = {}, .notes = {}};
  experiment.columns.push_back({"cpu_us_relay", "relay's", 3});
  const auto losing = [settings](double loss) { return [=] { return relayed_round(settings, loss); }; };
  const bool loses = *settings.loss > 0;
  experiment.subjects = {{"tacit", nomq_name(settings), losing(*settings.loss)}};
  if (loses) experiment.subjects.push_back({"lossless", "the same, nothing lost", losing(0)});
  for (Subject& subject : raw_subjects(settings, experiment.columns.size()))
    experiment.subjects.push_back(std::move(subject));
  // Without the relay nothing compares: it carries part of the way for both ends.
  if (loses) experiment.ratios = ratios_of_traffic("tacit", {"lossless"});
  experiment.notes = {"datagrams get lost in a relay, each by itself, both ways; its CPU time is in no other figure",
                      "raw UDP and the bare loop go without the relay, and lose nothing"};
  return experiment;
}

Experiment direct_throughput(const Settings& settings) {
  Experiment experiment{.columns = traffic_columns(), .subjects = {}, .ratios = {}, .notes = {}};
  const bool searches = settings.qos == 0 && !settings.rate;
  const auto lossless = std::make_shared<LosslessRate>();
  const auto ours = [=] {
    NomqPair pair;
    const auto at_rate = [&](double rate, const RunLength& length) { return run(pair, settings, rate, length); };
    return figures_of(searches ? lossless->round(at_rate, settings.length)
                               : at_rate(settings.rate.value_or(0), settings.length));
  };
  experiment.subjects = {{"tacit", nomq_name(settings), ours}};
  for (Subject& subject : raw_subjects(settings, experiment.columns.size()))
    experiment.subjects.push_back(std::move(subject));
  experiment.ratios = ratios_of_traffic("tacit", {"raw", "bare"});
  if (searches) experiment.notes.emplace_back("the rate is the highest that was found at which nothing is lost");
  return experiment;
}

}  // namespace

std::string nomq_name(const Settings& settings) {
  std::ostringstream name;
  name << "NoMQ v1, QoS " << settings.qos;
  if (settings.loss) name << ", " << *settings.loss << " % lost";
  return name.str();
}

Experiment nomq_throughput(const Settings& settings) {
  Experiment experiment = settings.loss ? relayed_throughput(settings) : direct_throughput(settings);
  if (settings.qos > 0)
    experiment.notes.emplace_back(
        "the bare loop has as many packets as a message costs, its acknowledgements among them");
  return experiment;
}

}  // namespace tacit::app::bench
