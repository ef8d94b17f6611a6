// tacit peers: who is here, as those know who run; where nobody does, it joins the group for a while.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/commands.hpp"
#include "app/control_service.hpp"
#include "app/json_lines.hpp"
#include "app/printable.hpp"
#include "app/usmp_answer.hpp"

namespace tacit::app {
namespace {

struct PeersOptions {
  NomqFlags join;
  double wait_s = 2;
  bool json = false;
};

using nlohmann::ordered_json;
using Peers = std::map<std::string, ordered_json>;  // by session

void print(const ordered_json& peer) {
  std::string channels;
  for (const auto& name : peer["channels"]) channels += "  " + printable(name.get<std::string>());
  std::string where = peer["address"].is_string() ? peer["address"].get<std::string>() : "";
  if (peer.contains("pid")) where += (where.empty() ? "" : " ") + ("pid " + std::to_string(peer["pid"].get<long>()));
  if (peer.contains("device")) channels = "  " + printable(peer["name"].get<std::string>()) + channels;
  if (!peer["present"].get<bool>()) channels += "  (lost: silent for too long)";
  std::printf("%s  %-24s%s\n", peer["session"].get<std::string>().c_str(), where.c_str(), channels.c_str());
}

// Two know the same peer: who heard it last knows best where it is, and together they know what it listens to.
void merge(Peers& all, const ordered_json& peer) {
  const auto [found, fresh] = all.emplace(peer["session"].get<std::string>(), peer);
  if (fresh) return;
  ordered_json& known = found->second;
  std::set<std::string> channels;
  for (const ordered_json* one : {static_cast<const ordered_json*>(&known), &peer})
    for (const auto& name : (*one)["channels"]) channels.insert(name.get<std::string>());
  if (known["address"].is_null() || peer["silent_for_ms"] < known["silent_for_ms"]) {
    ordered_json newer = peer;
    if (known.contains("pid")) newer["pid"] = known["pid"];
    known = std::move(newer);
  }
  known["channels"] = channels;
}

// Who answers is here too, and knows its own address least of all.
ordered_json as_peer(const ordered_json& answer) {
  return {{"v", 1},
          {"session", answer.at("session")},
          {"address", nullptr},
          {"present", true},
          {"proven", true},
          {"silent_for_ms", 0},
          {"channels", answer.at("channels")},
          {"pid", answer.at("pid")}};
}

Peers known_to_others(Program& program) {
  Peers all;
  const auto answers = ask_running(program.context().name(), {{"v", 1}, {"ask", "peers"}}, std::chrono::seconds(2),
                                   fingerprint_if_any(program));
  for (const ordered_json& answer : answers)
    if (!is_usmp(answer)) merge(all, as_peer(answer));
  for (const ordered_json& answer : answers)
    for (const ordered_json& peer : answer.at("peers")) merge(all, peer);
  return all;
}

Peers heard_by_ourselves(Program& program, const PeersOptions& options) {
  NomqSession session(nomq_join(program, options.join));
  Peers all;
  asio::steady_timer enough(session.io, std::chrono::milliseconds(static_cast<std::int64_t>(options.wait_s * 1000)));
  enough.async_wait([&](std::error_code error) {
    if (error) return;
    for (const host::Nomq::Peer& peer : session.node().peers()) merge(all, json_of(peer));
    session.end(ExitCode::ok);
  });
  const ExitCode code = session.run();
  if (code != ExitCode::ok) throw Failure{code, "", "ended by a signal", ""};
  if (all.empty()) note(session.hint().value_or("nobody was heard"));
  return all;
}

ExitCode show_peers(Program& program, const PeersOptions& options) {
  Peers peers = known_to_others(program);
  if (peers.empty()) peers = heard_by_ourselves(program, options);
  for (const auto& [session, peer] : peers) {
    if (options.json) std::puts(line_of(peer).c_str());
    else print(peer);
  }
  return peers.empty() ? ExitCode::cannot_reach : ExitCode::ok;
}

}  // namespace

void add_peers(Program& program) {
  CLI::App& app =
      program.add(program.root(), "peers", "tell who is here, and to which channels they listen",
                  "tacit peers                 # as the commands that run know it; else it listens for 2 s\n"
                  "tacit peers -W 35 --json    # long enough to hear everybody's heartbeat");
  auto options = std::make_shared<PeersOptions>();
  app.add_option("-W,--wait", options->wait_s,
                 "Where no command runs that knows: listen for so many seconds; 2 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--json", options->json, "One JSON object a line.");
  add_group_options(program, app, options->join);
  app.callback([&program, options] { program.run = [&program, options] { return show_peers(program, *options); }; });
}

}  // namespace tacit::app
