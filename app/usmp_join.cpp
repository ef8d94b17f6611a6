#include "app/usmp_join.hpp"

#include "app/nomq_join.hpp"

#include "tacit/host/reasons.hpp"
#include "tacit/port/linux/address.hpp"
#include "tacit/usmp/discovery.hpp"

namespace tacit::app {
namespace {

host::Context context_with(Program& program, const UsmpFlags& flags) {
  host::Context context = program.context();
  const auto set = [&](const char* name, const std::string& text, const char* flag) {
    if (!text.empty()) (void)or_fail(context.set(name, text, flag), ExitCode::usage);
  };
  set("host", flags.host, "HOST");
  set("wire", flags.wire, "--wire");
  if (flags.port) set("port", std::to_string(*flags.port), "-p");
  if (const host::Setting* via = context.find("via"); via && context.text("via") != "usmp")
    throw Failure{ExitCode::usage, "not_supported",
                  via->origin + ": this command speaks usmp, and the context " + *context.text("via"), ""};
  return context;
}

usmp::Wires wires_of(const std::string& word) {
  return word == "1" ? usmp::Wires::v1 : word == "auto" ? usmp::Wires::both : usmp::Wires::v2;
}

}  // namespace

UsmpJoin usmp_join(Program& program, const UsmpFlags& flags) {
  const host::Context context = context_with(program, flags);
  const auto host = context.text("host");
  if (!host)
    throw Failure{ExitCode::usage, "usage", "no server is named",
                  "Name it as HOST, with TACIT_HOST, or by host in a context; `tacit find` looks for servers."};
  const host::KeyFile file = program.key_file(context.text("key_file").value_or(""), host::usmp_kinds);

  const std::uint16_t port = context.port().value_or(usmp::default_port);
  std::error_code error;
  host::UsmpClient::Options options;
  options.servers = linux_port::resolve_all(*host, port, error);
  if (error)
    throw Failure{ExitCode::cannot_reach, "cannot_reach",
                  context.find("host")->origin + ": " + *host + ": " + error.message(), ""};
  options.transport = flags.udp ? usmp::Transport::datagrams : usmp::Transport::stream;
  options.config.wires = wires_of(context.text("wire").value_or("2"));
  options.config.reconnect = flags.reconnect;
  return {.key = host::usmp_key(file.key),
          .options = std::move(options),
          .server = *host + (flags.udp ? " (UDP)" : ""),
          .context = context.name(),
          .log = program.log()};
}

Failure usmp_failure(const UsmpJoin& join, const usmp::Disconnected& event, std::error_code stream_error, bool owed) {
  const std::string name(host::explain(event.reason).name);
  switch (event.stage) {
    case usmp::Stage::unreachable:
      return {ExitCode::cannot_reach, "cannot_reach",
              join.server + ": " + (stream_error ? stream_error.message() : "no connection"),
              "Is the server there, at this port? `tacit find` lists those that say they are on this LAN."};
    case usmp::Stage::unanswered:
      return {
          ExitCode::cannot_reach, name, join.server + ": nobody answered as a USMP server does",
          "It may be another port or version (--wire), or too many handshakes of this address were refused; its log "
          "tells."};
    case usmp::Stage::challenged:
      return {ExitCode::not_authentic, name,
              join.server + ": our proof of the key was not accepted, or the server has none",
              "It has another key for this device, does not know the device, or has revoked it: compare `tacit device "
              "show` there with `tacit key fingerprint` here."};
    case usmp::Stage::connected: break;
  }
  return failure_of(event.reason, owed ? ExitCode::not_acknowledged : ExitCode::cannot_reach, join.server);
}

}  // namespace tacit::app
