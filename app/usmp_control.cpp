#include "app/usmp_control.hpp"

#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "app/control_service.hpp"
#include "app/json_lines.hpp"
#include "app/usmp_answer.hpp"
#include "app/usmp_text.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/port/linux/address.hpp"

namespace tacit::app {
namespace {

using host::UsmpServer;
using nlohmann::ordered_json;

std::string text_in(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

ordered_json reasons_of(const UsmpServer::Statistics& statistics) {
  ordered_json json = ordered_json::object();
  for (const host::Explanation& one : host::all_reasons())
    if (const auto count = statistics.reasons[static_cast<std::size_t>(one.reason)]; count > 0)
      json[std::string(one.name)] = count;
  return json;
}

}  // namespace

bool is_usmp(const ordered_json& answer) { return text_in(answer, "via") == "usmp"; }

UsmpControl::UsmpControl(UsmpServer& server, DeviceNames& names, const std::string& context, const Log& log)
    : server_(server), names_(names), context_(context) {
  auto control =
      host::ControlServer::open(server.get_executor(), host::control_place(host::system_sources(), context),
                                [this](const std::string& question, const Reply& reply) { answer(question, reply); });
  if (control) control_ = *std::move(control);
  else log.write(LogPart::port, LogLevel::warn, "no control socket: " + control.error().what);
}

void UsmpControl::answer(const std::string& question, const Reply& reply) {
  const ordered_json asked = ordered_json::parse(question, nullptr, false);
  const bool understood = asked.is_object() && asked.contains("v") && asked["v"] == 1;
  const std::string what = understood ? text_in(asked, "ask") : "";
  if (what == "stats") return stats(reply);
  if (what == "peers") return reply(line_of(peers()));
  if (what == "ping") return ping(text_in(asked, "peer"), reply);
  ordered_json json = about();
  json["reason"] = host::explain(Reason::not_supported).name;
  reply(line_of(json));
}

void UsmpControl::ping(const std::string& device, const Reply& reply) {
  const auto told = [this, reply, device](std::error_code error, const UsmpServer::Pong& pong) {
    ordered_json json = about();
    if (error) {
      json["reason"] = host::is_reason(error) ? std::string(host::explain(host::reason_of(error)).name) : "closed";
    } else {
      json["by"] = device;
      json["address"] = linux_port::to_text(pong.address);
      json["after_us"] = pong.after.us;
    }
    reply(line_of(json));
  };
  const auto id = names_.id_of(device);
  if (!id) return told(Reason::unknown_peer, {});
  server_.async_ping(*id, told);
}

void UsmpControl::stats(const Reply& reply) {
  server_.async_statistics([this, reply](std::error_code error, const UsmpServer::Statistics& statistics) {
    ordered_json json = about();
    if (!error) {
      json["traffic"] = {{"messages_in", statistics.messages_in}, {"messages_out", statistics.messages_out}};
      json["sessions"] = {{"sessions", statistics.sessions},
                          {"weak_wire", statistics.weak_sessions},
                          {"handshakes", statistics.handshakes},
                          {"connected", statistics.connected}};
      json["sockets"] = {{"port", server_.port()},
                         {"handed_over", statistics.handed_over},
                         {"lost_between_shards", statistics.lost_between_shards}};
      json["reasons"] = reasons_of(statistics);
    }
    reply(line_of(json));
  });
}

ordered_json UsmpControl::about() const {
  return {{"v", 1}, {"pid", ::getpid()}, {"command", "serve"}, {"context", context_}, {"via", "usmp"}};
}

// With the members that peers of NoMQ have, and some more.
ordered_json UsmpControl::peers() {
  ordered_json json = about();
  json["peers"] = ordered_json::array();
  const std::time_t now = std::time(nullptr);
  for (const UsmpServer::Session& session : server_.sessions())
    json["peers"].push_back({{"v", 1},
                             {"session", word_of(session.name)},
                             {"address", linux_port::to_text(session.address)},
                             {"present", true},
                             {"proven", true},
                             {"channels", ordered_json::array()},
                             {"device", host::to_text(session.device)},
                             {"name", names_.name_of(session.device)},
                             {"transport", word_of(session.transport)},
                             {"wire", static_cast<int>(session.wire)},
                             {"age_s", now - session.since},
                             {"messages_in", session.messages_in},
                             {"messages_out", session.messages_out}});
  return json;
}

}  // namespace tacit::app
