#include "app/e2e_join.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/e2e_topic.hpp"
#include "app/nomq_join.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/private_file.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

using mqtt_port::Credential;

constexpr std::int64_t keepalive_min_s = 6;

Failure usage(const std::string& what, const std::string& next_step = "") {
  return {ExitCode::usage, "usage", what, next_step};
}

std::string version_word(const std::string& word) {
  if (word == "5" || word == "mqttv5") return "5";
  if (word == "3.1.1" || word == "311" || word == "mqttv311") return "3.1.1";
  throw usage("-V: \"" + word + "\" is none of 5, mqttv5, 311, mqttv311", "MQTT 3.1 is not spoken.");
}

host::Context context_with(Program& program, const E2eFlags& flags) {
  host::Context context = program.context();
  const auto set = [&](const char* name, const std::string& text, const char* flag) {
    if (!text.empty()) (void)or_fail(context.set(name, text, flag), ExitCode::usage);
  };
  set("host", flags.host, "-h");
  if (flags.port) set("port", std::to_string(*flags.port), "-p");
  set("client_id", flags.client_id, "-i");
  set("user", flags.user, "-u");
  set("password_file", flags.password_file, "--password-file");
  if (!flags.mqtt.empty()) set("mqtt", version_word(flags.mqtt), "-V");
  set("ca_file", flags.ca_file, "--cafile");
  set("ca_folder", flags.ca_folder, "--capath");
  set("certificate", flags.certificate, "--cert");
  set("private_key", flags.private_key, "--key");
  set("psk_file", flags.psk_file, "--psk-file");
  if (flags.tls) set("tls", "on", "--tls");
  set("aad", flags.aad, "--aad");
  set("binding", flags.binding, "--binding");
  set("pad", flags.pad.value_or(""), "--pad");
  set("window", flags.window.value_or(""), "--window");
  set("max_size", flags.max_size.value_or(""), "--max-size");
  return context;
}

using SecretLine = Secret<4096>;

// The first line of a file, in `room`. Who else can read it is told.
std::string_view first_line(const std::string& path, SecretLine& room) {
  const auto file = or_fail(host::read_file(path, room.fill()), ExitCode::key);
  if (file.others_can_read) warn(path + ": other users can read this; `chmod 600 " + path + "` ends that");
  std::string_view line = tacit::text_of(file.bytes);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Credential credential_of(Bytes bytes, const std::string& path) {
  auto credential = Credential::of(bytes);
  if (!credential) throw Failure{ExitCode::key, "too_large", path + ": it has more than 256 bytes", ""};
  return *std::move(credential);
}

std::optional<mqtt_port::Login> login_of(const host::Context& context) {
  const auto user = context.text("user"), file = context.text("password_file");
  if (!user) {
    if (file) throw usage(context.find("password_file")->origin + ": whose password is it?", "Name the user with -u.");
    return std::nullopt;
  }
  mqtt_port::Login login{*user, std::nullopt};
  if (!file) return login;
  SecretLine room;
  login.password = credential_of(bytes_of(first_line(*file, room)), *file);
  return login;
}

mqtt_port::Psk psk_of(const std::string& path) {
  SecretLine room;
  const std::string_view line = first_line(path, room);
  const auto colon = line.find(':');
  const std::string_view hex = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  Secret<Credential::size_max> key;
  const std::size_t size = hex.size() / 2;
  if (size == 0 || size > Credential::size_max || !host::decode_hex(hex, key.fill().first(size)))
    throw Failure{ExitCode::key, "bad_syntax", path + ": its first line is not IDENTITY:HEX", ""};
  return {std::string(line.substr(0, colon)), credential_of(key.reveal().first(size), path)};
}

// TLS by what was said, as mosquitto's clients decide it.
void secure(mqtt_port::Options& broker, const host::Context& context) {
  const bool off = context.text("tls") == "off";
  const auto ca_file = context.text("ca_file"), ca_folder = context.text("ca_folder");
  const auto certificate = context.text("certificate"), key = context.text("private_key");
  const auto psk_file = context.text("psk_file");
  if (certificate.has_value() != key.has_value())
    throw usage(context.find(certificate ? "certificate" : "private_key")->origin +
                ": a certificate and its private key go together");
  const bool certificates = ca_file || ca_folder || certificate;
  if (psk_file && certificates)
    throw usage(context.find("psk_file")->origin + ": TLS goes by certificates or by a PSK, not by both");
  if (off) return;
  if (psk_file) broker.security = psk_of(*psk_file);
  else if (certificates || context.text("tls") == "on" || broker.port == 8883)
    broker.security = mqtt_port::Tls{.ca_file = ca_file.value_or(""),
                                     .ca_path = ca_folder.value_or(""),
                                     .certificate_file = certificate.value_or(""),
                                     .key_file = key.value_or("")};
}

std::int64_t within(const host::Context& context, const char* name, std::int64_t otherwise, std::int64_t least,
                    std::int64_t most) {
  const std::int64_t number = context.number(name).value_or(otherwise);
  if (number < least || number > most)
    throw usage(context.find(name)->origin + ": " + name + " is " + std::to_string(number) + ", and has to be from " +
                std::to_string(least) + " to " + std::to_string(most));
  return number;
}

// It lives as long as the program: the link points to it.
Bytes aad_of(const host::Context& context) {
  static std::string aad;
  aad = context.text("aad").value_or(std::string(e2e::default_aad));
  return bytes_of(aad);
}

e2e::LinkConfig link_of(const host::Context& context) {
  e2e::LinkConfig link;
  link.envelope.aad = aad_of(context);
  link.envelope.pad_size = static_cast<std::size_t>(within(context, "pad", 50, 0, e2e::pad_size_max));
  const Duration window{within(context, "window", 15, 1, 86'400) * 1'000'000};
  link.envelope.past = link.envelope.future = window;
  link.envelope.packet_max =
      static_cast<std::size_t>(within(context, "max_size", 4096, e2e::overhead, e2e::packet_max));
  if (context.text("binding") == "topic_not_interoperable")
    link.envelope.binding = e2e::Binding::topic_not_interoperable;
  return link;
}

std::optional<mqtt_port::Will> will_of(const E2eFlags& flags, std::string_view base) {
  if (!flags.will_topic) {
    if (flags.will_payload || flags.will_retain || flags.will_qos > 0)
      throw usage("--will-topic is missing: where is the will published?");
    return std::nullopt;
  }
  if (!e2e::is_topic(*flags.will_topic)) throw usage("--will-topic: a will goes to one topic, without wildcards");
  const Bytes payload = bytes_of(flags.will_payload ? std::string_view(*flags.will_payload) : "");
  return mqtt_port::Will{.topic = std::string(base) + "/" + *flags.will_topic,
                         .payload = {payload.begin(), payload.end()},
                         .qos = static_cast<mqtt_port::Qos>(flags.will_qos),
                         .retain = flags.will_retain};
}

mqtt_port::Options broker_of(const host::Context& context, const E2eFlags& flags, std::string_view base) {
  const auto host = context.text("host");
  if (!host)
    throw usage("no broker is named", "Name it with -h, TACIT_HOST, or host in a context; `tacit config` shows those.");
  mqtt_port::Options broker;
  broker.host = *host;
  broker.port = context.port().value_or(0);
  if (context.text("mqtt") == "3.1.1") broker.version = mqtt_port::Version::v311;
  broker.login = login_of(context);
  broker.client_id = context.text("client_id").value_or("");
  if (flags.keep_session && broker.client_id.empty())
    throw usage("-c: a session that is kept needs a client id", "Choose one with -i.");
  broker.clean_session = !flags.keep_session;
  broker.keepalive = Duration{std::int64_t{flags.keepalive_s} * 1'000'000};
  broker.will = will_of(flags, base);
  secure(broker, context);
  return broker;
}

std::string describe(const mqtt_port::Options& broker) {
  constexpr std::array words{"", " (TLS)", " (TLS with a PSK)"};
  return broker.host + ":" + std::to_string(mqtt_port::port_of(broker)) + words[broker.security.index()];
}

}  // namespace

void add_broker_options(CLI::App& app, E2eFlags& flags) {
  const auto keep = [&](CLI::Option* option) -> CLI::Option& {
    flags.options.push_back(option);
    return *option;
  };
  keep(app.add_option("-u,--username", flags.user, "The user of the broker."))  //
      .type_name("NAME");
  keep(app.add_option("--password-file", flags.password_file, "A file with that user's password as its first line."))
      .type_name("FILE");
  keep(app.add_option("-V,--protocol-version", flags.mqtt, "Of MQTT: 5 or 311; 5 when absent.")).type_name("VERSION");
  keep(app.add_option("-k,--keepalive", flags.keepalive_s,
                      "After so many seconds of silence the broker is asked whether it is there; 60 when absent."))
      .type_name("SECONDS")
      ->check(CLI::Range(keepalive_min_s, std::int64_t{65'535}));
  keep(app.add_flag("--tls,--tls-use-os-certs", flags.tls,
                    "TLS, and the certificates that this system trusts; so it is with port 8883."));
  keep(app.add_option("--cafile", flags.ca_file, "TLS, and the certificates that the broker's is checked with."))
      .type_name("FILE");
  keep(app.add_option("--capath", flags.ca_folder, "The same as a folder, in which `openssl rehash` was run."))
      .type_name("FOLDER");
  keep(app.add_option("--cert", flags.certificate, "Our certificate, where the broker asks for one."))
      .type_name("FILE");
  let_key_be_a_file(app);
  keep(app.add_option("--key", flags.private_key, "The file with the private key of that certificate."))
      .type_name("FILE");
  keep(app.add_option("--psk-file", flags.psk_file,
                      "TLS with a pre-shared key instead: a file with IDENTITY:HEX as its first line."))
      .type_name("FILE");
  keep(app.add_option("--will-topic", flags.will_topic,
                      "The broker publishes a will there when we are gone without a goodbye. It is not sealed: it "
                      "would be stale."))
      .type_name("TOPIC");
  keep(app.add_option("--will-payload", flags.will_payload, "What the will says, for all to read.")).type_name("TEXT");
  keep(app.add_option("--will-qos", flags.will_qos, "How it is sent; 0 when absent."))
      .type_name("QOS")
      ->check(CLI::Range(0, 1));
  keep(app.add_flag("--will-retain", flags.will_retain, "The broker keeps the will."));
  keep(app.add_option("--pad", flags.pad, "So many bytes, and shorter messages look alike; 50 when absent."))
      .type_name("BYTES");
  keep(app.add_option("--window", flags.window, "How many seconds a packet may be old, or ahead; 15 when absent."))
      .type_name("SECONDS");
  keep(app.add_option("--max-size", flags.max_size, "The longest packet that is taken, in bytes; 4096 when absent."))
      .type_name("BYTES");
  keep(app.add_option("--aad", flags.aad,
                      "What the authentication covers beside the packet; both sides have the same. The originals' when "
                      "absent."))
      .type_name("TEXT");
  auto& binding = keep(app.add_option("--binding", flags.binding,
                                      "Whether a packet is bound to its topic, so that the broker cannot move it. Both "
                                      "sides choose it; no device with the original code can."));
  one_of(binding, {"none", "topic_not_interoperable"});
}

void add_e2e_options(Program& program, CLI::App& app, E2eFlags& flags) {
  flags.options = {
      app.add_option("-h,--host", flags.host, "The MQTT broker; otherwise TACIT_HOST, or that of the context.")
          ->type_name("HOST"),
      app.add_option("-p,--port", flags.port, "Its port; 1883 when absent, with TLS 8883.")
          ->type_name("PORT")
          ->check(CLI::Range(1, 65535)),
      app.add_option("-i,--id", flags.client_id, "What the broker calls us; random when absent.")->type_name("ID")};
  program.add_key_file(app);
  add_broker_options(app, flags);
}

void refuse_given(const std::vector<const CLI::Option*>& options, const std::string& why) {
  for (const CLI::Option* option : options) {
    if (option->count() == 0) continue;
    if (option->check_name("--key")) throw key_on_command_line();
    throw usage(option->get_name() + ": " + why);
  }
}

std::string via_of(Program& program, const std::string& flag) {
  return flag.empty() ? program.context().text("via").value_or("nomq") : flag;
}

E2eJoin e2e_join(Program& program, const E2eFlags& flags) {
  if (!flags.private_key.empty() && ::access(flags.private_key.c_str(), F_OK) != 0)
    throw usage("--key: there is no such file",
                "It names the file of a private key; a key itself on the command line is visible to every user (ps).");
  const host::Context context = context_with(program, flags);
  const host::KeyFile file = program.key_file(context.text("key_file").value_or(""), host::e2e_kinds);
  host::E2e::Options options;
  std::string base = base_topic_of(file.key);
  options.broker = broker_of(context, flags, base);
  options.link = link_of(context);
  std::string broker = describe(options.broker);
  return {.key = e2e::Key(file.key.reveal()),
          .options = std::move(options),
          .broker = std::move(broker),
          .base = std::move(base),
          .fingerprint = host::fingerprint(file.key),
          .context = context.name(),
          .log = program.log()};
}

Failure failure_of(const mqtt_port::Failure& failure, const std::string& broker) {
  const auto code_of = [](Reason reason) {
    switch (reason) {
      case Reason::tls_setup: return ExitCode::usage;
      case Reason::tls_untrusted:
      case Reason::tls_wrong_name:
      case Reason::tls_failed:
      case Reason::bad_credentials: return ExitCode::not_authentic;
      case Reason::not_authorized: return ExitCode::not_authorised;
      default: return ExitCode::cannot_reach;
    }
  };
  Failure told = failure_of(failure.reason, code_of(failure.reason), broker);
  if (!failure.detail.empty()) told.what += " (" + failure.detail + ")";
  return told;
}

}  // namespace tacit::app
