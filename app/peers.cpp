// tacit peers: joins the group for a while and tells who is there.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/nomq_session.hpp"
#include "app/printable.hpp"

namespace tacit::app {
namespace {

struct PeersOptions {
  NomqFlags join;
  double wait_s = 2;
  bool json = false;
};

void print(const host::Nomq::Peer& peer) {
  std::string channels;
  for (const std::string& name : peer.channels) channels += "  " + printable(name);
  std::printf("%s  %-24s%s\n", text_of(peer.session).c_str(), linux_port::to_text(peer.address).c_str(),
              channels.c_str());
}

void print_json(const host::Nomq::Peer& peer) {
  const nlohmann::ordered_json json{{"v", 1},
                                    {"session", text_of(peer.session)},
                                    {"address", linux_port::to_text(peer.address)},
                                    {"present", peer.present},
                                    {"proven", peer.proven},
                                    {"silent_for_ms", peer.silent_for.us / 1000},
                                    {"channels", peer.channels}};
  std::puts(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

ExitCode show_peers(Program& program, const PeersOptions& options) {
  NomqSession session(nomq_join(program, options.join));
  std::vector<host::Nomq::Peer> peers;
  asio::steady_timer enough(session.io, std::chrono::milliseconds(static_cast<int>(options.wait_s * 1000)));
  enough.async_wait([&](std::error_code error) {
    if (error) return;
    peers = session.node().peers();
    session.end(peers.empty() ? ExitCode::cannot_reach : ExitCode::ok);
  });
  const ExitCode code = session.run();
  for (const auto& peer : peers) options.json ? print_json(peer) : print(peer);
  if (peers.empty()) note(session.hint().value_or("nobody was heard"));
  return code;
}

}  // namespace

void add_peers(Program& program) {
  CLI::App& app = program.add(program.root(), "peers", "tell who is here, and to which channels they listen",
                              "tacit peers\n"
                              "tacit peers -W 35 --json    # long enough to hear everybody's heartbeat");
  auto options = std::make_shared<PeersOptions>();
  app.add_option("-W,--wait", options->wait_s, "Listen for so many seconds; 2 when absent.")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--json", options->json, "One JSON object a line.");
  add_nomq_options(program, app, options->join);
  app.callback([&program, options] { program.run = [&program, options] { return show_peers(program, *options); }; });
}

}  // namespace tacit::app
