#include "app/control_service.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/json_lines.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

using nlohmann::ordered_json;

constexpr int version = 1;

ordered_json reasons_of(const Counters& counters) {
  ordered_json json = ordered_json::object();
  for (const host::Explanation& one : host::all_reasons())
    if (const auto count = counters[one.reason]; count > 0) json[std::string(one.name)] = count;
  return json;
}

ordered_json sockets_of(const linux_port::LanSockets& sockets) {
  const linux_port::UdpCounters counters = sockets.counters();
  ordered_json json{{"port", sockets.own_port()},
                    {"received", counters.received},
                    {"sent", counters.sent},
                    {"truncated", counters.truncated},
                    {"elsewhere", counters.elsewhere},
                    {"dropped_by_kernel", sockets.dropped_by_kernel()},
                    {"receive_buffer", sockets.receive_buffer()},
                    {"unsent", ordered_json::object()}};
  for (std::size_t i = 0; i < counters.unsent.size(); ++i)
    if (counters.unsent[i] > 0)
      json["unsent"][std::string(linux_port::name_of(static_cast<linux_port::Refusal>(i)))] = counters.unsent[i];
  return json;
}

std::string text_in(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_of_this_version(const ordered_json& json) {
  return json.is_object() && json.contains("v") && json["v"] == version;
}

}  // namespace

ControlService::ControlService(NomqSession& session, const Join& join, std::string command)
    : session_(session), join_(join), command_(std::move(command)) {
  auto server = host::ControlServer::open(
      session.io.get_executor(), host::control_place(host::system_sources(), join.context),
      [this](const std::string& question, const host::ControlServer::Reply& reply) { answer(question, reply); });
  if (server) server_ = *std::move(server);
  else session.log().write(LogPart::port, LogLevel::warn, "no control socket: " + server.error().what);
}

void ControlService::answer(const std::string& question, const host::ControlServer::Reply& reply) {
  const ordered_json asked = ordered_json::parse(question, nullptr, false);
  const std::string what = is_of_this_version(asked) ? text_in(asked, "ask") : "";
  if (what == "peers") return reply(line_of(peers()));
  if (what == "stats") return reply(line_of(stats()));
  if (what == "ping") return ping(text_in(asked, "peer"), reply);
  ordered_json json = about();
  json["reason"] = host::explain(Reason::not_supported).name;
  reply(line_of(json));
}

void ControlService::ping(const std::string& peer, const host::ControlServer::Reply& reply) {
  const auto told = [this, reply](std::error_code error, const host::Nomq::Pong& pong) {
    ordered_json json = about();
    if (error) {
      json["reason"] = host::is_reason(error) ? std::string(host::explain(host::reason_of(error)).name) : "closed";
    } else {
      json["by"] = text_of(pong.by);
      json["address"] = linux_port::to_text(pong.path.peer);
      json["after_us"] = pong.after.us;
    }
    reply(line_of(json));
  };
  if (const auto session = session_of(peer)) return session_.node().async_ping(*session, told);
  std::error_code error;
  const Endpoint at = linux_port::parse_endpoint(peer, own_port_of(join_.config.profile), error);
  if (error) return told(Reason::invalid_argument, {});
  session_.node().async_ping(at, told);
}

ordered_json ControlService::about() const {
  return {{"v", version},
          {"pid", ::getpid()},
          {"command", command_},
          {"context", join_.context},
          {"key", host::fingerprint(join_.key)},
          {"profile", join_.config.profile == nomq::Profile::legacy ? "legacy" : "v1"},
          {"session", text_of(session_.node().session())}};
}

ordered_json ControlService::peers() const {
  ordered_json json = about();
  json["channels"] = ordered_json::array();
  for (const std::string& name : session_.node().known_channels())
    if (session_.node().subscribed(name)) json["channels"].push_back(name);
  json["peers"] = ordered_json::array();
  for (const host::Nomq::Peer& peer : session_.node().peers()) json["peers"].push_back(json_of(peer));
  return json;
}

ordered_json ControlService::stats() const {
  const nomq::Traffic& traffic = session_.node().traffic();
  ordered_json json = about();
  json["traffic"] = {{"packets_in", traffic.packets_in},
                     {"packets_out", traffic.packets_out},
                     {"messages_in", traffic.messages_in},
                     {"messages_out", traffic.messages_out}};
  json["sockets"] = sockets_of(session_.node().sockets());
  json["reasons"] = reasons_of(session_.node().counters());
  return json;
}

ordered_json json_of(const host::Nomq::Peer& peer) {
  return {{"v", version},
          {"session", text_of(peer.session)},
          {"address", linux_port::to_text(peer.address)},
          {"present", peer.present},
          {"proven", peer.proven},
          {"silent_for_ms", peer.silent_for.us / 1000},
          {"channels", peer.channels}};
}

std::vector<ordered_json> ask_running(const std::string& context, const ordered_json& question,
                                      std::chrono::milliseconds at_most,
                                      const std::optional<std::string>& fingerprint) {
  std::vector<ordered_json> answers;
  const host::ControlPlace place = host::control_place(host::system_sources(), context);
  for (const std::string& line : host::ask_all(place, line_of(question), at_most)) {
    ordered_json answer = ordered_json::parse(line, nullptr, false);
    if (!is_of_this_version(answer)) warn("a running command gave an answer of another version; it is left out");
    else if (!fingerprint || text_in(answer, "key") == *fingerprint) answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace tacit::app
