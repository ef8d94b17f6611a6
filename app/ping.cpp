// tacit ping: is a peer there, and how far away. The commands that run are asked to look; where there are none, this
// one joins the group itself.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/control_service.hpp"
#include "app/json_lines.hpp"
#include "app/run_loop.hpp"
#include "app/usmp_answer.hpp"
#include "app/usmp_join.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

using nlohmann::ordered_json;

struct PingOptions {
  NomqFlags join;
  std::string peer;
  std::uint32_t count = 4;
  double interval_s = 1, wait_s = 2;
  bool json = false, quiet = false;
};

struct Answer {
  std::string by, address;
  std::int64_t after_us = 0;
  std::string reason{};   // why there is none; empty: there is one
  bool may_come = false;  // the peer was not found yet
};

std::chrono::microseconds microseconds(double seconds) {
  return std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
}

// One question after the other, each answered or given up before the next.
class Pinging {
 public:
  using Then = std::function<void(const Answer&)>;
  // May call back at any time, or never; `wanted` says whether anybody still waits.
  using Ask = std::function<void(std::function<bool()> wanted, Then)>;

  Pinging(asio::io_context& io, const PingOptions& options, Ask ask, std::function<void(ExitCode)> end)
      : options_(options), ask_(std::move(ask)), end_(std::move(end)), timer_(io) {}

  void start() {
    ++sent_;
    waiting_ = true;
    const auto asked = std::chrono::steady_clock::now();
    const auto wanted = [this, number = sent_] { return waiting_ && number == sent_; };
    timer_.expires_after(microseconds(options_.wait_s));
    timer_.async_wait([this, wanted, asked](std::error_code error) {
      if (!error && wanted()) settle({.by = "", .address = "", .reason = last_reason_}, asked);
    });
    last_reason_ = host::explain(Reason::peer_silent).name;
    ask_(wanted, [this, wanted, asked](const Answer& answer) {
      if (!wanted()) return;
      if (answer.may_come) last_reason_ = answer.reason;
      else settle(answer, asked);
    });
  }

  void summary() const {
    if (options_.json || options_.quiet || sent_ == 0) return;
    const std::uint32_t asked = waiting_ ? sent_ - 1 : sent_;  // a signal may have ended the last one
    if (asked == 0) return;
    std::printf("%u sent, %u answered, %u %% lost\n", asked, answered_, (asked - answered_) * 100 / asked);
    if (answered_ > 0)
      std::printf("round trip: %.3f ms at least, %.3f on average, %.3f at most\n", ms(least_us_),
                  ms(sum_us_) / answered_, ms(most_us_));
  }

 private:
  static double ms(std::int64_t us) { return static_cast<double>(us) / 1000; }

  void settle(const Answer& answer, std::chrono::steady_clock::time_point asked) {
    waiting_ = false;
    count(answer);
    print(answer);
    if (options_.count > 0 && sent_ == options_.count)
      return end_(answered_ > 0 ? ExitCode::ok : ExitCode::cannot_reach);
    timer_.expires_at(asked + microseconds(options_.interval_s));
    timer_.async_wait([this](std::error_code error) {
      if (!error) start();
    });
  }

  void count(const Answer& answer) {
    if (!answer.reason.empty()) return;
    least_us_ = answered_ == 0 ? answer.after_us : std::min(least_us_, answer.after_us);
    most_us_ = std::max(most_us_, answer.after_us);
    sum_us_ += answer.after_us;
    ++answered_;
  }

  void print(const Answer& answer) const {
    if (options_.quiet) return;
    if (options_.json) {
      ordered_json json{{"v", 1}, {"seq", sent_}};
      if (answer.reason.empty()) {
        json["session"] = answer.by;
        json["address"] = answer.address;
        json["ms"] = ms(answer.after_us);
      } else {
        json["reason"] = answer.reason;
      }
      std::puts(line_of(json).c_str());
    } else if (answer.reason.empty()) {
      std::printf("%s at %s: seq=%u time=%.3f ms\n", answer.by.c_str(), answer.address.c_str(), sent_,
                  ms(answer.after_us));
    } else {
      std::printf("no answer: seq=%u %s\n", sent_, answer.reason.c_str());
    }
    std::fflush(stdout);
  }

  const PingOptions& options_;
  Ask ask_;
  std::function<void(ExitCode)> end_;
  asio::steady_timer timer_;
  bool waiting_ = false;
  std::string last_reason_;
  std::uint32_t sent_ = 0, answered_ = 0;
  std::int64_t least_us_ = 0, most_us_ = 0, sum_us_ = 0;
};

// --- by those that run

// The best of their answers. Where nobody reached it, the reason of who at least knows it.
Answer best_of(const std::vector<ordered_json>& answers) {
  Answer best{.by = "", .address = "", .reason = std::string(host::explain(Reason::peer_silent).name)};
  const std::string unknown(host::explain(Reason::unknown_peer).name);
  bool all_unknown = !answers.empty();
  for (const ordered_json& one : answers) {
    if (one.contains("by") && (!best.reason.empty() || one.value("after_us", std::int64_t{0}) < best.after_us))
      best = {one.value("by", ""), one.value("address", ""), one.value("after_us", std::int64_t{0}), ""};
    const std::string reason = one.value("reason", "");
    if (reason != unknown) all_unknown = false;
    if (!best.reason.empty() && !reason.empty() && reason != unknown) best.reason = reason;
  }
  if (all_unknown) best.reason = unknown;
  return best;
}

ExitCode ping_by_others(const std::string& context, const PingOptions& options,
                        const std::optional<std::string>& fingerprint) {
  asio::io_context io;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  ExitCode code = ExitCode::ok;
  const auto end = [&](ExitCode with) {
    code = with;
    io.stop();
  };
  signals.async_wait([&](std::error_code error, int signal) {
    if (!error) end(signal == SIGINT ? ExitCode::interrupted : ExitCode::terminated);
  });
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(microseconds(options.wait_s));
  const auto ask = [&](const std::function<bool()>&, const Pinging::Then& then) {
    then(best_of(ask_running(context, {{"v", 1}, {"ask", "ping"}, {"peer", options.peer}}, patience, fingerprint)));
  };
  Pinging pinging(io, options, ask, end);
  pinging.start();
  if (code == ExitCode::ok) io.run();
  pinging.summary();
  return code;
}

// --- by ourselves

class Joined {
 public:
  Joined(NomqSession& session, std::variant<nomq::SessionId, Endpoint> peer)
      : session_(session), peer_(std::move(peer)), again_(session.io) {}

  void ask(const std::function<bool()>& wanted, const Pinging::Then& then) {
    const auto told = [this, wanted, then](std::error_code error, const host::Nomq::Pong& pong) {
      if (session_.ended()) return;
      if (!error) return then({text_of(pong.by), linux_port::to_text(pong.path.peer), pong.after.us, ""});
      if (!host::is_reason(error)) return;
      const bool may_come = error == Reason::unknown_peer;
      then({.by = "",
            .address = "",
            .reason = std::string(host::explain(host::reason_of(error)).name),
            .may_come = may_come});
      if (may_come && wanted()) later(wanted, then);
    };
    std::visit([&](const auto& whom) { session_.node().async_ping(whom, told); }, peer_);
  }

 private:
  void later(const std::function<bool()>& wanted, const Pinging::Then& then) {
    again_.expires_after(std::chrono::milliseconds(50));
    again_.async_wait([this, wanted, then](std::error_code error) {
      if (!error && !session_.ended()) ask(wanted, then);
    });
  }

  NomqSession& session_;
  std::variant<nomq::SessionId, Endpoint> peer_;
  asio::steady_timer again_;
};

ExitCode ping_by_ourselves(const Join& join, const PingOptions& options) {
  std::variant<nomq::SessionId, Endpoint> peer;
  if (const auto session = session_of(options.peer)) peer = *session;
  else peer = address_of(options.peer, own_port_of(join.config.profile), "PEER");
  NomqSession session(join);
  Joined joined(session, peer);
  Pinging pinging(
      session.io, options, [&](const auto& wanted, const auto& then) { joined.ask(wanted, then); },
      [&](ExitCode code) { session.end(code); });
  pinging.start();
  const ExitCode code = session.run();
  pinging.summary();
  if (const auto hint = session.hint(); hint && code != ExitCode::ok && !options.quiet) note(*hint);
  return code;
}

// --- as a USMP device

ExitCode ping_server(Program& program, const PingOptions& options) {
  const UsmpJoin join = usmp_join(program, {.host = options.peer, .port = {}, .wire = ""});
  RunLoop loop({});
  host::UsmpClient client(loop.io.get_executor(), join.key, join.options);
  const auto ask = [&](const std::function<bool()>&, const Pinging::Then& then) {
    client.async_ping([&join, then](std::error_code error, Duration after) {
      if (!error)
        then({.by = join.server, .address = linux_port::to_text(join.options.servers.front()), .after_us = after.us});
    });
  };
  Pinging pinging(loop.io, options, ask, [&](ExitCode code) { loop.ask_to_end(code); });
  bool leaving = false;
  loop.on_ending = [&](ExitCode code) {
    leaving = true;
    client.async_leave([&loop, code](std::error_code) { loop.end(code); });
  };
  client.observe([&](const host::UsmpClient::Event& event) {
    const auto* gone = std::get_if<usmp::Disconnected>(&event);
    if (!gone || leaving) return;
    const Failure failure = usmp_failure(join, *gone, client.stream_error(), false);
    if (!options.quiet) tell(failure);
    loop.end(failure.code);
  });
  client.async_connect([&](std::error_code error, const host::UsmpClient::Connection&) {
    if (!error) pinging.start();
  });
  const ExitCode code = loop.run();
  pinging.summary();
  return code;
}

// Where a USMP server runs in this context, a name or an id is a device's.
bool is_device(const std::string& peer) {
  std::error_code no_address;
  (void)linux_port::parse_endpoint(peer, 1, no_address);
  return host::device_id_from(peer) || (no_address && !session_of(peer));
}

// A name is looked up here, where somebody waits for it, and not by a command that has messages to carry.
std::string with_address(const std::string& peer, const ordered_json& of_who_runs) {
  if (session_of(peer)) return peer;
  const bool legacy = of_who_runs.value("profile", "") == "legacy";
  const auto port = own_port_of(legacy ? nomq::Profile::legacy : nomq::Profile::v1);
  return linux_port::to_text(address_of(peer, port, "PEER"));
}

ExitCode ping(Program& program, PingOptions options) {
  const bool usmp = program.context().text("via") == "usmp";
  const std::string context = program.context().name();
  if (usmp || is_device(options.peer)) {
    const auto servers = ask_running(context, {{"v", 1}, {"ask", "stats"}}, std::chrono::seconds(1));
    if (std::ranges::any_of(servers, is_usmp)) return ping_by_others(context, options, {});
    if (usmp) return ping_server(program, options);
  }
  const auto fingerprint = fingerprint_if_any(program);
  const auto running = ask_running(context, {{"v", 1}, {"ask", "stats"}}, std::chrono::seconds(1), fingerprint);
  if (running.empty()) return ping_by_ourselves(nomq_join(program, options.join), options);
  options.peer = with_address(options.peer, running.front());
  return ping_by_others(context, options, fingerprint);
}

}  // namespace

void add_ping(Program& program) {
  CLI::App& app = program.add(program.root(), "ping", "ask a peer whether it is there, and measure how long that takes",
                              "tacit ping 192.168.1.7         # port 8890, with a nomq-legacy key 8888\n"
                              "tacit ping 192.168.1.7:8891\n"
                              "tacit ping 1f0c99d2 --count 1  # a session, as `tacit peers` prints it\n"
                              "tacit ping boiler              # a device of the USMP server that runs here");
  auto options = std::make_shared<PingOptions>();
  app.add_option("peer", options->peer,
                 "An address, a session, or a USMP device by its name or id; in a context of USMP without a server: "
                 "the server.")
      ->required()
      ->type_name("PEER");
  app.add_option("--count", options->count, "Ask so often; 4 when absent, 0 until a signal.")->type_name("COUNT");
  app.add_option("--interval", options->interval_s, "Seconds from one question to the next; 1 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.01, 1e6));
  app.add_option("-W,--wait", options->wait_s, "Wait so many seconds for an answer; 2 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.01, 5.0));
  app.add_flag("--quiet", options->quiet, "Print nothing: the exit code is 0 when something was answered, and else 3.");
  app.add_flag("--json", options->json, "One JSON object a line.");
  add_group_options(program, app, options->join);
  app.callback([&program, options] { program.run = [&program, options] { return ping(program, *options); }; });
}

}  // namespace tacit::app
