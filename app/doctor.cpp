// tacit doctor: what on this machine keeps messages from arriving, and what to do about it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/doctor_checks.hpp"
#include "app/e2e_join.hpp"
#include "app/json_lines.hpp"
#include "app/program.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/registry_file.hpp"
#include "tacit/usmp/discovery.hpp"

namespace tacit::app {
namespace {

struct DoctorOptions {
  std::string via;
  E2eFlags broker;
  std::vector<std::string> interfaces;
  bool json = false;
};

constexpr std::array<std::string_view, 3> words{"good", "advice", "problem"};

std::string word_of(Health health) { return std::string(words[static_cast<std::size_t>(health)]); }

void print(const Finding& finding) {
  std::printf("%-8s %s: %s\n", word_of(finding.health).c_str(), finding.check.c_str(), finding.what.c_str());
  if (!finding.next_step.empty()) std::printf("         %s\n", finding.next_step.c_str());
}

void print_json(const Finding& finding) {
  const nlohmann::ordered_json json{{"v", 1},
                                    {"check", finding.check},
                                    {"health", word_of(finding.health)},
                                    {"what", finding.what},
                                    {"next_step", finding.next_step}};
  std::puts(line_of(json).c_str());
}

// A node's sockets; without a key they can be looked at all the same: those of profile v1.
Findings check_nomq(const NamedKey& key, const std::vector<std::string>& interfaces) {
  crypto::HostRandom random;
  return key.file ? check_sockets(key.file->key, interfaces)
                  : check_sockets(host::Key::generate(host::KeyKind::nomq_v1, random), interfaces);
}

std::span<const host::KeyKind> kinds_of(const std::string& via) {
  if (via == "usmp") return host::usmp_kinds;
  if (via == "e2e") return host::e2e_kinds;
  return host::nomq_kinds;
}

Findings check_usmp(const host::Context& context, bool is_spoken) {
  return {check_usmp_port(is_spoken ? context.port().value_or(usmp::default_port) : usmp::default_port, context.name()),
          check_device_registry(context.text("registry").value_or(host::default_registry_path(host::system_sources()))),
          check_mdns()};
}

// Without a key there is no topic to look at.
Findings check_e2e(Program& program, const NamedKey& key, const E2eFlags& flags) {
  if (!key.file) return {};
  E2eJoin join = e2e_join(program, flags);
  return check_broker(join);
}

ExitCode examine(Program& program, const DoctorOptions& options) {
  const host::Context context = program.context();
  const std::string via = via_of(program, options.via);
  if (via != "e2e") refuse_given(options.broker.options, "only with --via e2e");
  const auto interfaces = options.interfaces.empty() ? context.texts("interfaces") : options.interfaces;
  const NamedKey key = check_key_file(context.text("key_file"), kinds_of(via));
  Findings findings{check_clock(), key.finding};
  const auto add = [&](const Findings& more) { findings.insert(findings.end(), more.begin(), more.end()); };
  if (via == "nomq") add(check_nomq(key, interfaces));
  if (via == "e2e") add(check_e2e(program, key, options.broker));
  else add(check_usmp(context, via == "usmp"));
  for (const Finding& finding : findings) options.json ? print_json(finding) : print(finding);
  const bool ill = std::ranges::find(findings, Health::problem, &Finding::health) != findings.end();
  return ill ? ExitCode::other : ExitCode::ok;
}

}  // namespace

void add_doctor(Program& program) {
  CLI::App& app = program.add(
      program.root(), "doctor", "look for what keeps messages from arriving on this machine",
      "tacit doctor           # clock, key file, broadcast, ports, buffers, registry, multicast DNS; exit code 1 if "
      "there is a problem\n"
      "tacit doctor --json\n"
      "tacit doctor --via e2e -h broker.example --key-file home.key   # clock, key file, and the broker");
  auto options = std::make_shared<DoctorOptions>();
  one_of(*app.add_option("--via", options->via, "What to look at; otherwise as the context says, or nomq."),
         {"nomq", "usmp", "e2e"});
  add_e2e_options(program, app, options->broker);
  app.add_option("--interface", options->interfaces, "A network interface to look at; may be repeated.")
      ->type_name("NAME")
      ->take_all();
  app.add_flag("--json", options->json, "One JSON object a line.");
  app.callback([&program, options] { program.run = [&program, options] { return examine(program, *options); }; });
}

}  // namespace tacit::app
