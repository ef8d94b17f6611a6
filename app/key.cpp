// tacit key: makes key files, shows what one is without showing the key, and exchanges keys with boards that
// run the original code.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/failure.hpp"
#include "app/program.hpp"
#include "app/secret_output.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/device_header.hpp"
#include "tacit/host/e2e_key.hpp"
#include "tacit/host/nomq_config_file.hpp"
#include "tacit/host/private_file.hpp"

namespace tacit::app {
namespace {

using host::Key;
using host::KeyKind;

struct GenOptions {
  std::string kind, out, id;
};
struct ShowOptions {
  std::string file;
  bool json = false;
};
struct ImportOptions {
  std::string kind, from, out, id;
};
struct ExportOptions {
  std::string file, to, ip = "0.0.0.0";
  std::uint16_t port = 8888;
  bool use_ipv6 = false;
};

const std::vector<std::string> kind_words{"nomq", "nomq-legacy", "usmp", "e2e"};

KeyKind kind_of(const std::string& word) {
  if (word == "usmp") return KeyKind::usmp;
  if (word == "e2e") return KeyKind::e2e;
  return word == "nomq" ? KeyKind::nomq_v1 : KeyKind::nomq_legacy;
}

host::DeviceId device_id_of(const std::string& text) {
  const auto id = host::device_id_from(text);
  if (!id)
    throw Failure{ExitCode::usage, "usage", "--id: \"" + text + "\" is not six bytes like 00:1a:2b:3c:4d:5e", ""};
  return *id;
}

void refuse_id_of(const std::string& kind, const std::string& id) {
  if (kind != "usmp" && !id.empty())
    throw Failure{ExitCode::usage, "usage", "--id: only a usmp key has the id of a device", ""};
}

std::string one_line(const Key& key) {
  return std::string(host::form_of(key.kind()).name) + "  " + host::fingerprint(key);
}

ExitCode deliver(const Key& key, const std::string& out) {
  if (out.empty()) {
    host::KeyText text;
    host::write_key_text(key, host::rfc3339(std::time(nullptr)), text);
    print_secret(text.reveal(), "name it as FILE instead, and it gets mode 0600");
    return ExitCode::ok;
  }
  (void)or_fail(host::create_key_file(out, key, std::time(nullptr)), ExitCode::key);
  std::printf("%s  %s\n", one_line(key).c_str(), out.c_str());
  return ExitCode::ok;
}

ExitCode gen(const GenOptions& options) {
  refuse_id_of(options.kind, options.id);
  crypto::HostRandom random;
  if (options.kind != "usmp") return deliver(Key::generate(kind_of(options.kind), random), options.out);
  const host::DeviceId id = options.id.empty() ? host::random_device_id(random) : device_id_of(options.id);
  return deliver(host::key_of(id, host::generate_psk(random)), options.out);
}

ExitCode show(Program& program, const ShowOptions& options) {
  const host::KeyFile file = program.key_file(options.file, host::all_kinds);
  const std::string kind(host::form_of(file.key.kind()).name), fingerprint = host::fingerprint(file.key);
  if (options.json) {
    nlohmann::ordered_json json{{"v", 1}, {"kind", kind}, {"fingerprint", fingerprint}};
    if (file.key.kind() == KeyKind::usmp) json["device"] = host::to_text(host::usmp_key(file.key).device);
    if (!file.created.empty()) json["created"] = file.created;
    json["others_can_read"] = file.others_can_read;
    std::puts(json.dump().c_str());
    return ExitCode::ok;
  }
  std::printf("kind         %s\nfingerprint  %s\ncreated      %s\n", kind.c_str(), fingerprint.c_str(),
              file.created.empty() ? "unknown" : file.created.c_str());
  if (file.key.kind() == KeyKind::usmp)
    std::printf("device       %s\n", host::to_text(host::usmp_key(file.key).device).c_str());
  return ExitCode::ok;
}

ExitCode fingerprint(Program& program, const ShowOptions& options) {
  std::puts(host::fingerprint(program.key_file(options.file, host::all_kinds).key).c_str());
  return ExitCode::ok;
}

// A PSK that somebody made already, and whose it is.
ExitCode import_psk(const ImportOptions& options) {
  if (options.id.empty())
    throw Failure{ExitCode::usage, "usage", "--id is missing: whose PSK is it?",
                  "With an ESP32 the id is its Wi-Fi address."};
  const host::DeviceId id = device_id_of(options.id);
  const host::Psk psk = or_fail(host::read_psk_file(options.from), ExitCode::key);
  return deliver(host::key_of(id, psk), options.out);
}

ExitCode import_e2e(const ImportOptions& options) {
  const Key key = or_fail(host::read_e2e_hex_file(options.from), ExitCode::key);
  if (host::is_published_example(key))
    warn(options.from + ": this key stands in the original's documentation, so everybody has it");
  return deliver(key, options.out);
}

ExitCode import_key(const ImportOptions& options) {
  if (options.kind == "usmp") return import_psk(options);
  refuse_id_of(options.kind, options.id);
  if (options.kind == "e2e") return import_e2e(options);
  const host::NomqConfig config = or_fail(host::read_nomq_config_file(options.from), ExitCode::key);
  const ExitCode code = deliver(host::nomq_key(kind_of(options.kind), config.keys), options.out);
  note(options.from + ": anyone who gets this file can read its keys, whatever its name promises");
  if (options.kind == "nomq") note("boards that run the original code cannot hear profile v1; they need nomq-legacy");
  return code;
}

ExitCode export_key(Program& program, const ExportOptions& options) {
  if (options.ip.size() > 64) throw Failure{ExitCode::usage, "usage", "--ip: is longer than any address", ""};
  const host::KeyFile file =
      program.key_file(options.file, std::array{KeyKind::nomq_legacy, KeyKind::usmp, KeyKind::e2e});
  if (file.key.kind() == KeyKind::e2e) {
    (void)or_fail(host::create_e2e_hex_file(options.to, file.key), ExitCode::key);
    std::printf("%s  %s\n", one_line(file.key).c_str(), options.to.c_str());
    return ExitCode::ok;
  }
  if (file.key.kind() == KeyKind::usmp) {
    host::SecretString header;
    host::write_device_header(host::to_text(host::usmp_key(file.key).device), host::usmp_key(file.key), {}, header);
    (void)or_fail(host::create_private_file(options.to, header), ExitCode::key);
    std::printf("%s  %s\n", one_line(file.key).c_str(), options.to.c_str());
    return ExitCode::ok;
  }
  const host::NomqConfig config{
      .ip = options.ip, .port = options.port, .use_ipv6 = options.use_ipv6, .keys = host::nomq_keys(file.key)};
  crypto::HostRandom random;
  (void)or_fail(host::create_nomq_config_file(options.to, config, random), ExitCode::key);
  std::printf("%s  %s\n", one_line(file.key).c_str(), options.to.c_str());
  warn(options.to + ": anyone who gets this file can read its keys: the original only obfuscates it");
  return ExitCode::ok;
}

void add_gen(Program& program, CLI::App& key) {
  CLI::App& app = program.add(key, "gen", "make a new key",
                              "tacit key gen nomq lab.key            # for nodes that all run Tacit\n"
                              "tacit key gen nomq-legacy boards.key  # for boards that run the original nomq.py\n"
                              "tacit key gen usmp boiler.key         # for one USMP device, under a random id\n"
                              "tacit key gen e2e home.key            # for all who talk through a broker\n"
                              "tacit key gen nomq | ssh pi 'umask 077; cat > lab.key'");
  auto options = std::make_shared<GenOptions>();
  one_of(*app.add_option("kind", options->kind, "Protocol and profile: nomq is v1.")->required(), kind_words);
  app.add_option("-o,--out,file", options->out,
                 "The file to create, with mode 0600; an existing one is left alone. Standard output when absent.")
      ->type_name("FILE");
  app.add_option("--id", options->id, "Of a usmp key: the device's id; a random one when absent.")->type_name("ID");
  app.callback([&program, options] { program.run = [options] { return gen(*options); }; });
}

void add_show(Program& program, CLI::App& key) {
  CLI::App& app = program.add(key, "show", "say what a key file holds, and not the key",
                              "tacit key show lab.key\n"
                              "tacit key show --json                 # of the context's key file");
  auto options = std::make_shared<ShowOptions>();
  app.add_option("--key-file,file", options->file, "The key file; otherwise TACIT_KEY_FILE, or that of the context.")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "One JSON object.");
  app.callback([&program, options] { program.run = [&program, options] { return show(program, *options); }; });
}

void add_fingerprint(Program& program, CLI::App& key) {
  CLI::App& app = program.add(key, "fingerprint", "twelve characters to compare two key files by, over the phone",
                              "tacit key fingerprint lab.key\n"
                              "test \"$(tacit key fingerprint a.key)\" = \"$(tacit key fingerprint b.key)\"");
  auto options = std::make_shared<ShowOptions>();
  app.add_option("--key-file,file", options->file, "The key file; otherwise TACIT_KEY_FILE, or that of the context.")
      ->type_name("FILE");
  app.callback([&program, options] { program.run = [&program, options] { return fingerprint(program, *options); }; });
}

void add_import(Program& program, CLI::App& key) {
  CLI::App& app = program.add(key, "import", "make a key file out of what the original programs have",
                              "tacit key import nomq-legacy --from nomq_config.json boards.key\n"
                              "tacit key import nomq --from nomq_config.json lab.key   # the same bytes, profile v1\n"
                              "tacit key import usmp --from psk.bin --id 00:1a:2b:3c:4d:5e boiler.key\n"
                              "tacit key import e2e --from /dev/stdin home.key   # 32 hex digits, or #[0x76, ...]");
  auto options = std::make_shared<ImportOptions>();
  one_of(*app.add_option("kind", options->kind, "The profile that the new key is for: nomq is v1.")->required(),
         kind_words);
  app.add_option("--from", options->from,
                 "The original's configuration file; for usmp a PSK as bare bytes; for e2e the key in hex.")
      ->required()
      ->type_name("FILE");
  app.add_option("-o,--out,file", options->out,
                 "The file to create, with mode 0600; an existing one is left alone. Standard output when absent.")
      ->type_name("FILE");
  app.add_option("--id", options->id, "Of a usmp key: the id of the device whose PSK it is.")->type_name("ID");
  app.callback([&program, options] { program.run = [options] { return import_key(*options); }; });
}

void add_export(Program& program, CLI::App& key) {
  CLI::App& app = program.add(key, "export", "write a key as boards with the original code read it",
                              "tacit key export boards.key --to nomq_config.json  # a nomq-legacy key\n"
                              "tacit key export boiler.key --to device_key.h      # a usmp key, as a C header\n"
                              "tacit key export home.key --to home.hex            # an e2e key, as 32 hex digits");
  auto options = std::make_shared<ExportOptions>();
  app.add_option("--key-file,file", options->file, "The key file; otherwise TACIT_KEY_FILE, or that of the context.")
      ->type_name("FILE");
  app.add_option("--to", options->to, "The file to create, with mode 0600; an existing one is left alone.")
      ->required()
      ->type_name("FILE");
  app.add_option("--ip", options->ip, "The address that the board binds; 0.0.0.0 when absent.")->type_name("ADDRESS");
  app.add_option("--port", options->port, "The port that the board binds; 8888 when absent.")->type_name("PORT");
  app.add_flag("--ipv6", options->use_ipv6, "The board is to use IPv6.");
  app.callback([&program, options] { program.run = [&program, options] { return export_key(program, *options); }; });
}

}  // namespace

void add_key(Program& program) {
  CLI::App& key = program.add(program.root(), "key", "make, show and exchange key files",
                              "tacit key gen nomq lab.key            # a key for all who shall hear each other\n"
                              "tacit key fingerprint lab.key         # compare it over the phone\n"
                              "tacit key import nomq-legacy --from nomq_config.json boards.key");
  add_gen(program, key);
  add_show(program, key);
  add_fingerprint(program, key);
  add_import(program, key);
  add_export(program, key);
}

}  // namespace tacit::app
