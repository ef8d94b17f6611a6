#include "app/nomq_join.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "app/failure.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/port/linux/address.hpp"
#include "tacit/port/linux/interfaces.hpp"

namespace tacit::app {
namespace {

nomq::Epoch epoch_of(const std::string& word) {
  if (word == "2000") return nomq::Epoch::y2000;
  return word == "auto" ? nomq::Epoch::automatic : nomq::Epoch::unix_1970;
}

host::Context context_with(Program& program, const NomqFlags& flags) {
  host::Context context = program.context();
  const auto set = [&](const char* name, const std::string& text, const char* flag) {
    if (!text.empty()) (void)or_fail(context.set(name, text, flag), ExitCode::usage);
  };
  set("via", flags.via, "--via");
  set("host", flags.host, "-h");
  set("epoch", flags.epoch, "--epoch");
  if (flags.port) set("port", std::to_string(*flags.port), "-p");
  std::string names;
  for (const std::string& name : flags.interfaces) names += (names.empty() ? "" : ",") + name;
  set("interfaces", names, "--interface");
  return context;
}

std::optional<Endpoint> destination(const host::Context& context, nomq::Profile profile) {
  const auto host = context.text("host");
  if (!host) {
    if (const host::Setting* port = context.find("port"))
      throw Failure{ExitCode::usage, "usage", port->origin + ": a port alone is no destination",
                    "Name the address with -h; without one the group is meant, whose port is fixed."};
    return std::nullopt;
  }
  return address_of(*host, context.port().value_or(own_port_of(profile)), context.find("host")->origin);
}

bool is_heard_by_many(const std::optional<Endpoint>& to) {
  std::error_code ignored;  // without the list of interfaces the limited broadcast and multicast are known still
  return to && linux_port::is_heard_by_many(to->ip, linux_port::list_interfaces(ignored));
}

}  // namespace

void add_group_options(Program& program, CLI::App& app, NomqFlags& flags) {
  program.add_key_file(app);
  flags.options.push_back(
      app.add_option("--interface", flags.interfaces,
                     "A network interface to use; may be repeated. All that reach somebody when absent.")
          ->type_name("NAME")
          ->take_all());
  CLI::Option& epoch =
      *app.add_option("--epoch", flags.epoch, "From when the boards of a nomq-legacy key count their seconds.");
  one_of(epoch, {"unix", "2000", "auto"});
  flags.options.push_back(&epoch);
}

void add_nomq_options(Program& program, CLI::App& app, NomqFlags& flags) {
  one_of(
      *app.add_option("--via", flags.via,
                      "How: on the LAN without a broker (nomq), or sealed through one (e2e); otherwise as the context "
                      "says, or nomq."),
      {"nomq", "e2e"});
  app.add_option("-h,--host", flags.host, "Send to this address instead of the group; with e2e the MQTT broker.")
      ->type_name("HOST");
  app.add_option("-p,--port", flags.port,
                 "The port there; 8890 when absent, with a nomq-legacy key 8888, at a broker 1883, with TLS 8883.")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  add_group_options(program, app, flags);
  app.add_option("-i,--id", flags.client_id,
                 "With e2e what the broker calls us, random when absent; NoMQ has no client names.")
      ->type_name("ID");
  app.add_flag("-c,--disable-clean-session", flags.keep_session,
               "With e2e the broker keeps what comes while we are away; NoMQ has none that could.");
}

Join nomq_join(Program& program, const NomqFlags& flags) {
  const host::Context context = context_with(program, flags);
  if (const host::Setting* via = context.find("via"); via && context.text("via") != "nomq")
    throw Failure{ExitCode::usage, "not_supported",
                  via->origin + ": this command speaks nomq, and the context " + *context.text("via"), ""};

  const host::KeyFile file = program.key_file(context.text("key_file").value_or(""), host::nomq_kinds);
  nomq::Config config;
  config.profile = file.key.kind() == host::KeyKind::nomq_legacy ? nomq::Profile::legacy : nomq::Profile::v1;
  if (const host::Setting* epoch = context.find("epoch")) {
    if (config.profile == nomq::Profile::v1)
      throw Failure{ExitCode::usage, "usage",
                    epoch->origin + ": with a nomq key (profile v1) all clocks count from 1970",
                    "An epoch is for boards that run the original code, and those need a nomq-legacy key."};
    config.epoch = epoch_of(*context.text("epoch"));
  }
  if (context.text("after_restart") == "at_most_once") config.across_restart = nomq::AcrossRestart::at_most_once;

  if (flags.keep_session) note("-c: there is no broker that could keep a session; whoever is not here hears nothing");
  if (!flags.client_id.empty()) note("-i: NoMQ has no client names; a session has a random number");
  const auto to = destination(context, config.profile);
  return {.key = host::Key(file.key.kind(), file.key.reveal()),
          .config = config,
          .interfaces = context.texts("interfaces"),
          .to = to,
          .to_many = is_heard_by_many(to),
          .context = context.name(),
          .log = program.log()};
}

std::optional<std::string> fingerprint_if_any(Program& program) {
  const auto path = program.context().text("key_file");
  if (!path) return std::nullopt;
  return host::fingerprint(program.key_file(*path, host::nomq_kinds).key);
}

std::uint16_t own_port_of(nomq::Profile profile) { return profile == nomq::Profile::legacy ? 8888 : 8890; }

Endpoint address_of(const std::string& text, std::uint16_t default_port, const std::string& where) {
  std::error_code error;
  const Endpoint at = linux_port::resolve(text, default_port, error);
  if (error) throw Failure{ExitCode::cannot_reach, "cannot_reach", where + ": " + text + ": " + error.message(), ""};
  return at;
}

Failure failure_of(Reason reason, ExitCode code, const std::string& about) {
  const host::Explanation& why = host::explain(reason);
  return {code, std::string(why.name), (about.empty() ? "" : about + ": ") + std::string(why.sentence),
          std::string(why.next_step)};
}

ExitCode exit_code_of_refusal(Reason reason) {
  switch (reason) {
    case Reason::queue_full:
    case Reason::channels_full:
    case Reason::retained_full: return ExitCode::queue_full;
    case Reason::too_large:
    case Reason::empty_message:
    case Reason::bad_qos:
    case Reason::bad_utf8:
    case Reason::invalid_argument:
    case Reason::not_supported:
    case Reason::unknown_peer:
    case Reason::unknown_channel: return ExitCode::usage;
    case Reason::peer_silent: return ExitCode::cannot_reach;
    default: return ExitCode::other;
  }
}

std::string text_of(nomq::SessionId session) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(session));
  return text.data();
}

std::optional<nomq::SessionId> session_of(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (text.size() != 8 || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return nomq::SessionId{number};
}

}  // namespace tacit::app
