// What `tacit usmp serve` does once its command line is understood.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <nlohmann/json.hpp>

#include "app/control_service.hpp"
#include "app/device_command.hpp"
#include "app/device_options.hpp"
#include "app/json_lines.hpp"
#include "app/printable.hpp"
#include "app/run_loop.hpp"
#include "app/session_program.hpp"
#include "app/stdin_lines.hpp"
#include "app/usmp.hpp"
#include "app/usmp_control.hpp"
#include "app/usmp_text.hpp"
#include "tacit/host/reasons.hpp"
#include "tacit/port/linux/address.hpp"

namespace tacit::app {
namespace {

using host::UsmpServer;
using nlohmann::ordered_json;

// So many lines of standard input are on their way at once.
constexpr std::size_t on_their_way_max = 256;

// What has to do with keys and limits is for the owner to know; the rest happens on every network.
bool matters(Reason reason) {
  switch (reason) {
    case Reason::unknown_device:
    case Reason::wrong_key:
    case Reason::weak_key:
    case Reason::locked_out:
    case Reason::sessions_full:
    case Reason::handshakes_full:
    case Reason::address_full:
    case Reason::reassemblies_full: return true;
    default: return false;
  }
}

class Serving {
 public:
  Serving(RunLoop& loop, UsmpServer& server, DeviceNames& names, const ServeOptions& options, const Log& log)
      : loop_(loop), server_(server), names_(names), options_(options), log_(log), lines_(loop.io.get_executor()) {
    loop_.on_ending = [this](ExitCode code) {
      programs_.clear();
      server_.close();
      loop_.end(code);
    };
    server_.observe([this](const UsmpServer::Event& event) { std::visit([this](const auto& e) { on(e); }, event); });
  }

  void start() {
    receive();
    next_line();
  }

 private:
  // --- what happens

  void on(const UsmpServer::Connected& event) {
    const UsmpServer::Session& session = event.session;
    names_.look(session.device);
    log_.write(LogPart::session, LogLevel::info, line_about(session) + " connected");
    tell("connected", session, [&](ordered_json& json) {
      json["address"] = linux_port::to_text(session.address);
      json["transport"] = word_of(session.transport);
      json["wire"] = static_cast<int>(session.wire);
    });
    if (!options_.exec.empty()) start_program(session);
  }
  void on(const UsmpServer::Weak& event) {
    const host::Explanation& why = host::explain(Reason::weak_wire);
    log_.write(LogPart::session, LogLevel::warn,
               line_about(event.session) + ": " + std::string(why.name) + ": " + std::string(why.sentence) + " " +
                   std::string(why.next_step));
    tell("weak_wire", event.session, [](ordered_json&) {});
  }
  void on(const UsmpServer::Disconnected& event) {
    programs_.erase(event.session.name);
    const std::string_view reason = host::explain(event.reason).name;
    log_.write(LogPart::session, LogLevel::info, line_about(event.session) + " has left: " + std::string(reason));
    tell("disconnected", event.session, [&](ordered_json& json) { json["reason"] = reason; });
  }
  void on(const UsmpServer::Moved& event) {
    const std::string to = linux_port::to_text(event.session.address);
    log_.write(LogPart::session, LogLevel::info,
               line_about(event.session) + " has moved, from " + linux_port::to_text(event.from));
    tell("moved", event.session, [&](ordered_json& json) { json["address"] = to; });
  }
  void on(const UsmpServer::Dropped& event) {
    const LogLevel level = matters(event.reason) ? LogLevel::warn : LogLevel::info;
    if (!log_.wants(LogPart::drop, level)) return;
    const host::Explanation& why = host::explain(event.reason);
    std::string line = std::string(why.name) + " from " + linux_port::to_text(event.from.peer);
    if (event.device) line += ", who says to be " + host::to_text(*event.device);
    log_.write(LogPart::drop, level, line + ": " + std::string(why.sentence) + " " + std::string(why.next_step));
  }
  void on(const UsmpServer::Announcement& status) {
    if (status.announced) log_.write(LogPart::port, LogLevel::info, "announced as " + printable(status.name));
    else log_.write(LogPart::port, LogLevel::warn, "not announced: " + status.why.message());
  }
  void on(const host::Problem& problem) {
    log_.write(LogPart::config, LogLevel::error,
               std::string(host::name_of(problem.fault)) + ": " + problem.what + ". " + problem.next_step);
  }

  std::string line_about(const UsmpServer::Session& session) {
    return printable(names_.name_of(session.device)) + " (" + host::to_text(session.device) + ") at " +
           linux_port::to_text(session.address) + ", " + std::string(word_of(session.transport));
  }

  template <class Add> void tell(const char* event, const UsmpServer::Session& session, Add add) {
    if (!options_.json) return;
    ordered_json json = json_about(event, session.device);
    json["session"] = word_of(session.name);
    add(json);
    print_line(line_of(json));
  }

  ordered_json json_about(const char* event, const host::DeviceId& device) {
    ordered_json json = event_json(event);
    json["device"] = host::to_text(device);
    json["name"] = names_.name_of(device);
    return json;
  }

  // --- messages in

  void receive() {
    server_.async_receive([this](std::error_code error, const UsmpServer::Message& message) {
      if (error || loop_.ended()) return;
      take(message);
      receive();
    });
  }

  void take(const UsmpServer::Message& message) {
    if (options_.echo) server_.async_send(message.session, message.payload, [](std::error_code) {});
    if (const auto program = programs_.find(message.session); program != programs_.end()) {
      if (!program->second->write_line(message.text())) end_for(Reason::queue_full, message.session);
      return;
    }
    if (!options_.exec.empty()) return;  // its program has ended
    if (!options_.json)
      return print_line(printable(names_.name_of(message.device)) + " " + std::string(message.text()));
    ordered_json json = json_about("message", message.device);
    json["session"] = word_of(message.session);
    add_payload(json, message.payload);
    print_line(line_of(json));
  }

  // --- messages out

  void next_line() {
    lines_.next([this](const std::optional<std::string>& line) {
      if (!line || loop_.ended()) return;
      if (!line->empty()) obey(*line);
      if (on_their_way_ < on_their_way_max) next_line();
      else waiting_ = true;
    });
  }

  void obey(const std::string& line) {
    const auto command = read_device_command(line);
    if (!command) return refuse("bad_syntax", "a command is DEVICE MESSAGE, or {\"device\":…, \"payload\":…}", "");
    const auto id = names_.id_of(command->device);
    if (!id) return refuse("unknown_device", "there is no such device in the registry", command->device);
    ++on_their_way_;
    server_.async_send(*id, bytes_of(command->payload), [this, device = *id](std::error_code error) {
      --on_their_way_;
      if (loop_.ended()) return;
      on_sent(device, error);
      if (std::exchange(waiting_, false)) next_line();
    });
  }

  void on_sent(const host::DeviceId& device, std::error_code error) {
    if (error && !host::is_reason(error)) return;
    if (options_.json) {
      ordered_json json = json_about("sent", device);
      if (error) json["reason"] = host::explain(host::reason_of(error)).name;
      print_line(line_of(json));
    } else if (error) {
      const host::Explanation& why = host::explain(host::reason_of(error));
      log_.write(LogPart::message, LogLevel::warn,
                 "not sent to " + printable(names_.name_of(device)) + ": " + std::string(why.name) + ": " +
                     std::string(why.sentence));
    }
  }

  void refuse(const char* name, const std::string& why, const std::string& device) {
    if (options_.json) {
      ordered_json json = event_json("refused");
      if (!device.empty()) json["device"] = device;
      json["reason"] = name;
      print_line(line_of(json));
    } else {
      log_.write(LogPart::message, LogLevel::warn,
                 std::string(name) + ": " + why + (device.empty() ? "" : ": " + printable(device)));
    }
  }

  // --- a program for each session

  void start_program(const UsmpServer::Session& session) {
    if (programs_.size() >= options_.children) return end_for(Reason::sessions_full, session.name);
    const auto id = session.name;
    try {
      programs_.emplace(
          id, std::make_unique<SessionProgram>(
                  loop_.io, options_.exec,
                  std::vector<std::string>{"TACIT_DEVICE=" + host::to_text(session.device),
                                           "TACIT_DEVICE_NAME=" + names_.name_of(session.device),
                                           "TACIT_ADDRESS=" + linux_port::to_text(session.address)},
                  SessionProgram::Handlers{[this, id](const std::string& line, std::function<void()> then) {
                                             server_.async_send(id, bytes_of(line),
                                                                [then = std::move(then)](std::error_code) { then(); });
                                           },
                                           [this, id] { server_.close(id); }}));
    } catch (const std::system_error& error) {
      log_.write(LogPart::session, LogLevel::error, std::string("--exec: ") + error.what());
      server_.close(id);
    }
  }

  void end_for(Reason reason, const UsmpServer::SessionName& name) {
    const host::Explanation& why = host::explain(reason);
    const std::string limit = reason == Reason::sessions_full
                                  ? "--children allows " + std::to_string(options_.children) + " programs"
                                  : "its program does not read";
    if (const UsmpServer::Session* session = server_.find(name))
      log_.write(LogPart::session, LogLevel::warn,
                 line_about(*session) + " is sent away: " + std::string(why.name) + ": " + limit);
    server_.close(name);
  }

  RunLoop& loop_;
  UsmpServer& server_;
  DeviceNames& names_;
  const ServeOptions& options_;
  const Log& log_;
  StdinLines lines_;
  std::map<UsmpServer::SessionName, std::unique_ptr<SessionProgram>> programs_;
  std::size_t on_their_way_ = 0;
  bool waiting_ = false;
};

// Each connection is a descriptor. Where so many are not to be had, those that come too late are turned away.
void allow_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string name_of_this_host() {
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

Duration duration_of(double seconds) { return {static_cast<std::int64_t>(seconds * 1e6)}; }

usmp::HubSizes sizes_of(const ServeOptions& options) {
  usmp::HubSizes sizes = host::server_sizes;
  sizes.sessions = (options.sessions + options.shards - 1) / options.shards;
  sizes.connections = options.udp_only ? 1 : sizes.sessions + sizes.handshakes;
  sizes.origins = sizes.sessions + 2 * sizes.handshakes;
  return sizes;
}

UsmpServer::Options options_of(Program& program, const ServeOptions& flags) {
  host::Context context = program.context();
  if (flags.port) (void)or_fail(context.set("port", std::to_string(*flags.port), "-p"), ExitCode::usage);
  UsmpServer::Options options;
  if (!flags.address.empty()) {
    std::error_code error;
    options.at = linux_port::parse_endpoint(flags.address, 0, error);
    if (error) throw Failure{ExitCode::usage, "usage", "--bind: " + flags.address + ": " + error.message(), ""};
  }
  options.at.port = context.port().value_or(usmp::default_port);
  options.udp = !flags.tcp_only;
  options.tcp = !flags.udp_only;
  options.shards = flags.shards;
  options.hub.idle_after = duration_of(flags.idle_s);
  options.hub.sessions_per_device = static_cast<std::uint16_t>(flags.sessions_per_device);
  options.hub.limits = {.handshakes_per_origin = static_cast<std::uint16_t>(flags.handshakes_per_address),
                        .sessions_per_origin = static_cast<std::uint16_t>(flags.sessions_per_address)};
  options.sizes = sizes_of(flags);
  options.name = flags.name.empty() ? name_of_this_host() : flags.name;
  options.announce = flags.announce;
  options.discoverable = flags.discoverable;
  options.interfaces = flags.interfaces.empty() ? context.texts("interfaces") : flags.interfaces;
  return options;
}

std::unique_ptr<UsmpServer> open_server(RunLoop& loop, const std::string& registry,
                                        const UsmpServer::Options& options) try {
  return or_fail(UsmpServer::open(loop.io.get_executor(), registry, options));
} catch (const std::system_error& error) {
  throw Failure{ExitCode::cannot_reach, "cannot_listen",
                "port " + std::to_string(options.at.port) + ": " + error.code().message(),
                "`ss -lntup` shows who has it; `tacit usmp serve -p` takes another."};
}

}  // namespace

ExitCode serve(Program& program, const ServeOptions& flags) {
  const Log log = program.log();
  DeviceNames names(open_registry(program, flags.registry, Absent::is_refused));
  const UsmpServer::Options options = options_of(program, flags);
  allow_descriptors(options.shards * (options.sizes.connections + 128) + 4 * flags.children);
  if (!flags.exec.empty()) (void)std::signal(SIGPIPE, SIG_IGN);

  RunLoop loop(flags.wait_s);
  const auto server = open_server(loop, names.path(), options);
  const UsmpControl control(*server, names, program.context().name(), log);
  Serving serving(loop, *server, names, flags, log);
  const std::string both = options.udp && options.tcp ? "TCP and UDP" : options.tcp ? "TCP" : "UDP";
  log.write(LogPart::port, LogLevel::info, "serving " + both + " at port " + std::to_string(server->port()));
  serving.start();
  return loop.run();
}

}  // namespace tacit::app
