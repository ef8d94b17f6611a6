#include "app/program.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/commands.hpp"
#include "app/failure.hpp"
#include "tacit/host/nearest.hpp"

namespace tacit::app {
namespace {

constexpr const char* everywhere = "Everywhere";
constexpr const char* hidden = "";

enum class As : std::uint8_t { option, argument };

OptionOutline outline_of(const CLI::Option& option, As as) {
  OptionOutline out;
  if (as == As::option) {
    for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() > 0) out.value = option.get_type_name();
  out.sentence = option.get_description();
  out.required = option.get_required();
  out.repeatable = option.get_items_expected_max() > 1;
  out.everywhere = option.get_group() == everywhere;
  return out;
}

CommandOutline outline_of(const CLI::App& app, const std::string& path) {
  CommandOutline out;
  out.name = app.get_name();
  out.path = path;
  out.sentence = app.get_description();
  out.examples = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group() == hidden) continue;
    if (option->nonpositional()) out.options.push_back(outline_of(*option, As::option));
    if (option->get_positional()) out.arguments.push_back(outline_of(*option, As::argument));
  }
  const auto visible = [](const CLI::App* one) { return one->get_group() != hidden; };
  for (const CLI::App* one : app.get_subcommands(visible))
    out.commands.push_back(outline_of(*one, path + " " + one->get_name()));
  return out;
}

// The innermost command that was named, as far as parsing got.
struct Chosen {
  const CLI::App* app;
  std::string path;
};

Chosen chosen(const CLI::App& root) {
  Chosen here{&root, root.get_name()};
  while (!here.app->get_subcommands().empty()) {
    here.app = here.app->get_subcommands().front();
    here.path += " " + here.app->get_name();
  }
  return here;
}

std::string help_of_chosen(const CLI::App& root) {
  const Chosen here = chosen(root);
  return help_of(outline_of(*here.app, here.path));
}

Failure usage(const CLI::App& root, const std::string& what) {
  return {ExitCode::usage, "usage", what, "`" + chosen(root).path + " --help` shows what there is."};
}

// The first word that nobody wanted, without a value that may be secret, and what was probably meant.
Failure unknown_word(const CLI::App& root) {
  const CommandOutline command = outline_of(*chosen(root).app, "");
  std::vector<std::string> extras = root.remaining(true);
  const std::string word = extras.empty() ? "" : extras.front().substr(0, extras.front().find('='));
  std::vector<std::string> known;
  const bool option = word.starts_with('-');
  if (option) {
    for (const OptionOutline& one : command.options) known.insert(known.end(), one.names.begin(), one.names.end());
  } else {
    for (const CommandOutline& one : command.commands) known.push_back(one.name);
  }
  if (known.empty()) return usage(root, "there is an argument too many");
  return usage(root, (option ? "there is no option " : "there is no command ") + word + host::suggestion(word, known));
}

void refuse_secrets(CLI::App& app) {
  const auto refuse = [&](const char* names, Failure (*refusal)()) {
    app.add_option_function<std::string>(names, [refusal](const std::string&) { throw refusal(); })
        ->expected(0, 1)
        ->group(hidden);
  };
  refuse("--key", key_on_command_line);
  refuse("--psk", key_on_command_line);
  refuse("--pw,--password,-P", password_on_command_line);
}

}  // namespace

Failure key_on_command_line() {
  return {ExitCode::usage, "usage", "a key or password on the command line is visible to every user (ps)",
          "Use --key-file FILE, TACIT_KEY_FILE, or key_file in a context; `tacit key gen` makes one."};
}

Failure password_on_command_line() {
  return {ExitCode::usage, "usage", "a key or password on the command line is visible to every user (ps)",
          "Write it into a file of mode 0600, and name that with --password-file, or password_file in a context."};
}

Program::Program()
    : root_(std::make_unique<CLI::App>("encrypted messages between devices, without a broker", "tacit")) {
  root_->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  root_->set_help_flag("--help", "Show this help.");
  root_->set_version_flag("--version", std::string("tacit " TACIT_VERSION), "Show the version.");
  root_->require_subcommand(0, 1);
  root_->footer(
      "tacit key gen nomq lab.key          # a key for all who shall hear each other\n"
      "export TACIT_KEY_FILE=lab.key\n"
      "tacit sub -t plant/3/temp           # on one machine\n"
      "tacit pub -t plant/3/temp -m 21.5   # on another\n"
      "tacit key fingerprint lab.key       # compare it over the phone\n"
      "tacit reasons bad_mac               # what a refusal means");
  add_everywhere(*root_);
  add_pub(*this);
  add_sub(*this);
  add_peers(*this);
  add_ping(*this);
  add_stats(*this);
  add_shell(*this);
  add_e2e(*this);
  add_usmp(*this);
  add_find(*this);
  add_doctor(*this);
  add_key(*this);
  add_device(*this);
  add_config(*this);
  add_conformance(*this);
  add_bench(*this);
  add_reasons(*this);
  add_completion(*this);
  add_man(*this);
  add_version(*this);
}

Program::~Program() = default;

CLI::App& Program::add(CLI::App& parent, const std::string& name, const std::string& sentence,
                       const std::string& examples) {
  CLI::App& app = *parent.add_subcommand(name, sentence);
  app.footer(examples);
  app.require_subcommand(0, 1);
  add_everywhere(app);
  return app;
}

void Program::add_everywhere(CLI::App& app) {
  app.get_help_ptr()->group(everywhere);
  app.add_option("--context", context_flag_, "The context of the configuration to use.")
      ->type_name("NAME")
      ->group(everywhere);
  app.add_option("--log", log_flag_, "What to tell on standard error: a level, or PART=LEVEL, with commas between.")
      ->type_name("LEVEL")
      ->group(everywhere);
  refuse_secrets(app);
}

CLI::Option& Program::add_key_file(CLI::App& app) {
  return *app.add_option("--key-file", key_file_flag_,
                         "The key file; otherwise TACIT_KEY_FILE, or that of the context.")
              ->type_name("FILE");
}

void Program::parse(std::vector<std::string> arguments) {
  // tacit_pub and tacit_sub are names of this program too, so that a script for mosquitto_pub needs one sed.
  const std::string called = std::filesystem::path(arguments.empty() ? "" : arguments.front()).filename();
  if (!arguments.empty()) arguments.erase(arguments.begin());
  if (called.starts_with("tacit_")) arguments.insert(arguments.begin(), called.substr(6));
  std::ranges::reverse(arguments);  // as CLI11 wants them
  root_->parse(std::move(arguments));
}

ExitCode Program::main(std::vector<std::string> arguments) try {
  parse(std::move(arguments));
  if (log_flag_) (void)log();  // a wrong one is refused even by a command that logs nothing
  if (run) return run();
  if (root_->get_subcommands().empty()) {
    std::fputs(help_of(outline()).c_str(), stdout);
    return ExitCode::ok;
  }
  std::fputs(help_of_chosen(*root_).c_str(), stderr);
  return ExitCode::usage;
} catch (const CLI::CallForHelp&) {
  std::fputs(help_of_chosen(*root_).c_str(), stdout);
  return ExitCode::ok;
} catch (const CLI::CallForVersion& version) {
  std::puts(version.what());
  return ExitCode::ok;
} catch (const CLI::ExtrasError&) {
  const Failure failure = unknown_word(*root_);
  tell(failure);
  return failure.code;
} catch (const CLI::ParseError& error) {
  const Failure failure = usage(*root_, error.what());
  tell(failure);
  return failure.code;
} catch (const Failure& failure) {
  tell(failure);
  return failure.code;
}

CommandOutline Program::outline() const { return outline_of(*root_, "tacit"); }

const host::Configuration& Program::configuration() {
  if (!configuration_) configuration_ = or_fail(host::Configuration::load(host::system_sources()), ExitCode::usage);
  return *configuration_;
}

host::Context Program::context() {
  host::Context context = or_fail(configuration().context(context_flag_), ExitCode::usage);
  if (key_file_flag_) (void)or_fail(context.set("key_file", *key_file_flag_, "--key-file"), ExitCode::usage);
  return context;
}

Log Program::log() {
  if (log_flag_) return Log(or_fail(read_log_levels(*log_flag_, "--log"), ExitCode::usage));
  const auto setting = configuration().general("log");
  const std::string text = setting ? std::get<std::string>(setting->value) : "";
  return Log(or_fail(read_log_levels(text, setting ? setting->origin : ""), ExitCode::usage));
}

host::KeyFile Program::key_file(const std::string& named, std::span<const host::KeyKind> wanted) {
  const std::optional<std::string> path = named.empty() ? context().text("key_file") : named;
  if (!path) {
    throw Failure{ExitCode::key, "no_key", "no key file is named",
                  "Name one with --key-file, TACIT_KEY_FILE, or key_file in a context; `tacit key gen` makes one."};
  }
  host::KeyFile file = or_fail(host::read_key_file(*path, wanted), ExitCode::key);
  if (file.others_can_read) warn(*path + ": other users can read this key; `chmod 600 " + *path + "` ends that");
  return file;
}

void let_key_be_a_file(CLI::App& app) { app.remove_option(app.get_option("--key")); }

void one_of(CLI::Option& option, std::vector<std::string> words) {
  std::string value;
  for (const std::string& word : words) value += (value.empty() ? "" : "|") + word;
  option.type_name(value);
  option.check(CLI::Validator(
      [words = std::move(words), value](std::string& word) {
        if (std::ranges::find(words, word) != words.end()) return std::string();
        return "\"" + word + "\" is none of " + value + host::suggestion(word, words);
      },
      ""));
}

}  // namespace tacit::app
