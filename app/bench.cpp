// tacit bench: how fast it is here, beside what would be without the protocol, measured in turn.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/bench/machine.hpp"
#include "app/bench/measurement.hpp"
#include "app/bench/progress.hpp"
#include "app/bench/report_json.hpp"
#include "app/bench/report_text.hpp"
#include "app/commands.hpp"
#include "app/failure.hpp"
#include "app/json_lines.hpp"
#include "app/program.hpp"
#include "tacit/crypto/backend/engine.hpp"

namespace tacit::app {
namespace {

using bench::Measurement;
using bench::Settings;
using nlohmann::ordered_json;

struct BenchOptions {
  // An option that only some measurements look at, as it was given.
  struct Given {
    std::string name;
    std::function<void(Settings&)> apply;
  };
  std::string protocol, what;
  std::vector<Given> given;
  std::string engine;  // empty: the one that is in use anyway
  std::size_t rounds = 5;
  bool json = false;
};

Failure usage(const std::string& what, const std::string& next_step) {
  return {ExitCode::usage, "usage", what, next_step};
}

std::string list_of(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

// Not each protocol has everything. Says what it has.
const Measurement& measurement_of(const BenchOptions& options) {
  std::vector<std::string> others;
  for (const Measurement& one : bench::measurements()) {
    if (one.protocol != options.protocol) continue;
    if (one.name == options.what) return one;
    others.push_back(one.name);
  }
  throw usage(options.protocol + " has no " + options.what + " to measure", "It has: " + list_of(others) + ".");
}

Settings settings_of(const Measurement& measurement, const BenchOptions& options) {
  const std::string command = "`tacit bench " + measurement.protocol + " " + measurement.name + "`";
  Settings settings = measurement.defaults;
  for (const BenchOptions::Given& one : options.given) {
    if (!measurement.takes(one.name))
      throw usage(command + " has no use for " + one.name, "It takes " + list_of(measurement.options) + ".");
    one.apply(settings);
  }
  const auto at_most = [&](const char* option, std::size_t value, std::size_t most) {
    if (value > most)
      throw usage(std::string(option) + ": " + command + " takes " + std::to_string(most) + " at most", "");
  };
  at_most("--size", settings.message, measurement.most.message);
  at_most("--qos", static_cast<std::size_t>(settings.qos), static_cast<std::size_t>(measurement.most.qos));
  at_most("--sessions", settings.sessions, measurement.most.sessions);
  if (settings.loss && settings.qos == 0 && !settings.rate && measurement.takes("--rate"))
    throw usage("--loss: with QoS 0 it wants a --rate", "Nothing says how fast to send where some is always lost.");
  return settings;
}

bench::Report measure(const Measurement& measurement, const Settings& settings, std::size_t rounds) try {
  const bench::Progress progress;
  return bench::measure(measurement.make(settings), rounds,
                        [&](auto done, auto all, const auto& name) { progress.tell(done, all, name); });
} catch (const std::system_error& error) {
  throw Failure{ExitCode::cannot_reach, "", std::string("loopback cannot be used: ") + error.what(),
                "`tacit doctor` looks at this machine."};
} catch (const bench::NotReached& error) { throw Failure{ExitCode::cannot_reach, "", error.what(), error.next_step}; }

ordered_json json_of(const Measurement& measurement, const Settings& settings) {
  ordered_json json = ordered_json::object();
  for (const std::string& option : measurement.options) {
    if (option == "--size" && settings.message > 0) json["size"] = settings.message;
    if (option == "--qos") json["qos"] = settings.qos;
    if (option == "--transport") json["transport"] = settings.transport == bench::Transport::udp ? "udp" : "tcp";
    if (option == "--sessions") json["sessions"] = settings.sessions;
    if (option == "--shards") json["shards"] = settings.shards;
    if (option == "--duration") json["duration_s"] = settings.length.seconds;
    if (option == "--host" && settings.broker) json["host"] = settings.broker->host;
    if (option == "--rate" && settings.rate) json["rate"] = *settings.rate;
    if (option == "--loss" && settings.loss) json["loss"] = *settings.loss;
  }
  return json;
}

void print_json(const Measurement& measurement, const Settings& settings, const bench::Report& report) {
  const bench::Machine machine = bench::this_machine();
  ordered_json line{{"v", 1}, {"protocol", measurement.protocol}, {"what", measurement.name}};
  line["settings"] = json_of(measurement, settings);
  line["machine"] = {{"cpu", machine.cpu},
                     {"cpus", machine.cpus},
                     {"kernel", machine.kernel},
                     {"crypto", machine.crypto},
                     {"tacit", TACIT_VERSION}};
  line.update(bench::json_of(report));
  std::puts(line_of(line).c_str());
}

void print_table(const Measurement& measurement, const Settings& settings, std::size_t rounds,
                 const bench::Report& report) {
  const bench::Machine machine = bench::this_machine();
  std::string head = measurement.sentence;
  if (settings.message > 0) head += ", messages of " + std::to_string(settings.message) + " bytes";
  if (rounds > 1)
    head += "; medians of " + std::to_string(rounds) + " rounds in turn, below them the least and the most";
  std::printf("%s\n%u x %s, %s, %s\n\n%s", head.c_str(), machine.cpus, machine.cpu.c_str(), machine.kernel.c_str(),
              machine.crypto.c_str(), bench::text_of(report).c_str());
}

void choose_engine(const std::string& word) {
  const auto engine = word == "openssl" ? crypto::Engine::openssl : crypto::Engine::ipsec_mb;
  if (word.empty() || crypto::use(engine)) return;
  throw usage("--crypto: this program or this CPU has no " + word, "`tacit version` says what computes.");
}

ExitCode run(const BenchOptions& options) {
  choose_engine(options.engine);
  const Measurement& measurement = measurement_of(options);
  const Settings settings = settings_of(measurement, options);
  const bench::Report report = measure(measurement, settings, options.rounds);
  if (options.json) print_json(measurement, settings, report);
  else print_table(measurement, settings, options.rounds, report);
  if (bench::sum_of(report, "wrong") > 0)
    throw Failure{ExitCode::integrity, "", "messages arrived changed, or more than once",
                  "Nothing that a network does causes this: please report it."};
  return ExitCode::ok;
}

bench::BrokerAt& broker_of(Settings& settings) {
  if (!settings.broker) settings.broker = {.host = "localhost"};
  return *settings.broker;
}

template <class T, class Set>
CLI::Option& add_setting(CLI::App& app, const std::shared_ptr<BenchOptions>& options, const std::string& name, Set set,
                         const std::string& sentence) {
  const auto keep = [options, name, set](const T& value) {
    options->given.push_back({name, [set, value](Settings& settings) { set(settings, value); }});
  };
  return *app.add_option_function<T>(name, keep, sentence);
}

void add_settings(CLI::App& app, const std::shared_ptr<BenchOptions>& options) {
  const auto number = [&](const std::string& name, double least, double most, const std::string& unit, auto set,
                          const std::string& sentence) {
    add_setting<double>(app, options, name, set, sentence)
        .type_name(unit)
        ->check(CLI::Range(least, most).description(""));
  };
  const auto whole = [&](const std::string& name, std::uint32_t least, std::uint32_t most, const std::string& unit,
                         auto set, const std::string& sentence) {
    add_setting<std::uint32_t>(app, options, name, set, sentence)
        .type_name(unit)
        ->check(CLI::Range(least, most).description(""));
  };
  whole(
      "--size", 8, 4096, "BYTES", [](Settings& s, std::uint32_t n) { s.message = n; },
      "Bytes of a message; 100 when absent.");
  whole(
      "--qos", 0, 2, "QOS", [](Settings& s, std::uint32_t n) { s.qos = static_cast<int>(n); },
      "Quality of service, 0 to 2; 0 when absent.");
  one_of(add_setting<std::string>(
             app, options, "--transport",
             [](Settings& s, const std::string& word) {
               s.transport = word == "tcp" ? bench::Transport::tcp : bench::Transport::udp;
             },
             "What carries USMP; udp when absent."),
         {"udp", "tcp"});
  whole(
      "--sessions", 1, 1'000'000, "COUNT", [](Settings& s, std::uint32_t n) { s.sessions = n; },
      "So many devices, or with `nomq` channels, senders or subscribers; 1 when absent, with `sessions` 10000.");
  whole(
      "--shards", 1, 64, "COUNT", [](Settings& s, std::uint32_t n) { s.shards = n; },
      "Threads of the server, and of the devices; 1 when absent.");
  number(
      "--duration", 0.01, 60, "SECONDS", [](Settings& s, double seconds) { s.length.seconds = seconds; },
      "How long each of them runs in a round; 1 when absent, with `latency` 0.5.");
  whole(
      "--messages", 1, 1'000'000'000, "COUNT", [](Settings& s, std::uint32_t n) { s.length.messages = n; },
      "End a run after so many messages or handshakes, if it is not over before.");
  number(
      "--rate", 1, 1e8, "RATE", [](Settings& s, double rate) { s.rate = rate; },
      "Messages a second; without it as many as can be, with QoS 0 without a loss.");
  number(
      "--loss", 0, 50, "PERCENT", [](Settings& s, double percent) { s.loss = percent; },
      "Lose so many of the datagrams, each way, in a relay between both ends; with QoS 0 `throughput` wants a --rate.");
  add_setting<std::string>(
      app, options, "--host", [](Settings& s, const std::string& host) { broker_of(s).host = host; },
      "A broker for mqtt-e2e; one of our own on loopback when absent.")
      .type_name("HOST");
  whole(
      "--port", 1, 65'535, "PORT",
      [](Settings& s, std::uint32_t port) { broker_of(s).port = static_cast<std::uint16_t>(port); },
      "The broker's port; 1883 when absent.");
}

}  // namespace

void add_bench(Program& program) {
  CLI::App& app =
      program.add(program.root(), "bench", "measure how fast it is on this machine, and how much of it is the machine",
                  "tacit bench nomq throughput                  # beside raw UDP, and the cipher alone\n"
                  "tacit bench nomq throughput --qos 1 --size 1000\n"
                  "tacit bench nomq throughput --qos 2 --loss 1     # where one of a hundred datagrams gets lost\n"
                  "tacit bench usmp throughput --transport tcp --sessions 8 --shards 2\n"
                  "tacit bench usmp latency\n"
                  "tacit bench usmp sessions --sessions 100000 --json\n"
                  "tacit bench nomq sessions                    # one node among up to 10000 others");
  auto options = std::make_shared<BenchOptions>();
  one_of(*app.add_option("protocol", options->protocol, "Which protocol.")->required(), {"nomq", "usmp", "e2e"});
  one_of(*app.add_option("what", options->what, "What of it.")->required(),
         {"throughput", "latency", "handshake", "sessions", "crypto"});
  add_settings(app, options);
  one_of(*app.add_option("--crypto", options->engine, "What computes; the fastest there is when absent."),
         {"openssl", "ipsec-mb"});
  app.add_option("--rounds", options->rounds, "Measure everything so often, in turn; 5 when absent.")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 99).description(""));
  app.add_flag("--json", options->json, "One JSON object, as docs/bench.md says.");
  app.callback([&program, options] { program.run = [options] { return run(*options); }; });
}

}  // namespace tacit::app
