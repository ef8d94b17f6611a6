#include "app/manual.hpp"

#include <algorithm>

#include "app/exit_code.hpp"
#include "tacit/host/setting.hpp"

namespace tacit::app {
namespace {

std::string capital(std::string sentence) {
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 32);
  return sentence;
}

// --- roff

std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";  // a minus that can be copied into a shell
    } else if (c == '\'' || c == '`') {
      out += c == '\'' ? "\\(aq" : "\\(ga";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string roff_label(const OptionOutline& option) {
  std::string out;
  for (const std::string& name : option.names) out += (out.empty() ? "" : ", ") + bold(name);
  if (!option.value.empty())
    out += (out.empty() ? "" : " ") + italic(option.value + (option.repeatable && option.names.empty() ? "..." : ""));
  return out;
}

std::string roff_options(const std::vector<OptionOutline>& options, bool everywhere) {
  std::string out;
  for (const OptionOutline& option : options) {
    if (option.everywhere == everywhere) out += ".TP\n" + roff_label(option) + "\n" + roff(option.sentence) + "\n";
  }
  return out;
}

std::string roff_synopsis(const CommandOutline& command) {
  std::string out = bold(command.path);
  if (!command.options.empty()) out += " [" + italic("OPTION") + "...]";
  if (!command.commands.empty()) out += " " + italic("COMMAND");
  for (const OptionOutline& argument : command.arguments)
    out += argument.required ? " " + roff_label(argument) : " [" + roff_label(argument) + "]";
  return out + "\n";
}

std::string roff_examples(const std::string& lines) {
  if (lines.empty()) return "";
  std::string out = ".EX\n";
  for (std::size_t start = 0; start < lines.size();) {
    const auto end = std::min(lines.find('\n', start), lines.size());
    out += roff(lines.substr(start, end - start)) + "\n";
    start = end + 1;
  }
  return out + ".EE\n";
}

std::string roff_body(const CommandOutline& command) {
  std::string out = roff_options(command.arguments, false) + roff_options(command.options, false);
  return out + (command.examples.empty() ? "" : ".PP\n" + roff_examples(command.examples));
}

// A page covers a command and everything below it, each in a subsection.
std::string roff_commands(const CommandOutline& command) {
  std::string out;
  for (const CommandOutline& one : command.commands) {
    out +=
        ".SS " + one.path + "\n" + roff_synopsis(one) + ".PP\n" + roff(capital(one.sentence)) + ".\n" + roff_body(one);
    out += roff_commands(one);
  }
  return out;
}

std::string page_name(const std::string& path) {
  std::string name = path;
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string roff_exit_codes() {
  std::string out = ".SH EXIT STATUS\n.TS\ntab(|);\nr lx.\n";
  for (const ExitCodeMeaning& one : exit_codes)
    out += std::to_string(static_cast<int>(one.code)) + "|T{\n" + roff(std::string(one.meaning)) + "\nT}\n";
  return out + ".TE\n";
}

std::string roff_environment() {
  std::string out = ".SH ENVIRONMENT\n";
  const auto entry = [&](const std::string& name, const std::string& sentence) {
    out += ".TP\n" + bold(name) + "\n" + roff(sentence) + "\n";
  };
  entry("TACIT_CONFIG", "A configuration file that is read instead of the user's own.");
  for (const auto* forms : {&host::general_settings(), &host::context_settings()}) {
    for (const host::SettingForm& form : *forms) {
      if (!form.environment.empty()) entry(std::string(form.environment), std::string(form.sentence));
    }
  }
  entry("NO_COLOR", "No colours, wherever the output goes.");
  return out;
}

std::string roff_configuration() {
  std::string out = ".SH CONFIGURATION\nTOML, with named contexts. Settings at the top of a file:\n";
  const auto list = [&](const std::vector<host::SettingForm>& forms) {
    for (const host::SettingForm& form : forms) {
      out += ".TP\n" + bold(std::string(form.name));
      if (!form.choices.empty()) out += " (" + roff(std::string(form.choices)) + ")";
      out += "\n" + roff(std::string(form.sentence)) + "\n";
    }
  };
  list(host::general_settings());
  out += ".PP\nIn a table [context.NAME]:\n";
  list(host::context_settings());
  return out;
}

std::string see_also(const CommandOutline& command, const CommandOutline& root) {
  std::string out;
  const auto add = [&](const std::string& path) {
    if (path != command.path) out += (out.empty() ? "" : ", ") + bold(page_name(path)) + "(1)";
  };
  add(root.path);
  for (const CommandOutline& one : root.commands) add(one.path);
  return ".SH SEE ALSO\n" + out + "\n";
}

// --- Markdown

std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string markdown_options(const std::string& heading, const std::vector<OptionOutline>& options, bool everywhere) {
  std::string out;
  for (const OptionOutline& option : options) {
    if (option.everywhere == everywhere)
      out += "| `" + cell(label_of(option)) + "` | " + cell(option.sentence) + " |\n";
  }
  return out.empty() ? "" : "\n| " + heading + " | |\n|---|---|\n" + out;
}

std::string markdown_command(const CommandOutline& command, const std::string& level) {
  std::string out = "\n" + level + " " + command.path + "\n\n" + capital(command.sentence) + ".\n\n```\n" +
                    usage_of(command) + "\n```\n";
  if (!command.examples.empty()) out += "\n```sh\n" + command.examples + "\n```\n";
  out += markdown_options("argument", command.arguments, false) + markdown_options("option", command.options, false);
  for (const CommandOutline& one : command.commands) out += markdown_command(one, level + "#");
  return out;
}

std::string markdown_settings(const std::vector<host::SettingForm>& forms) {
  std::string out = "\n| setting | environment | |\n|---|---|---|\n";
  for (const host::SettingForm& form : forms) {
    std::string choices(form.choices);
    std::ranges::replace(choices, ' ', '/');
    out += "| `" + std::string(form.name) + "` | " +
           (form.environment.empty() ? "" : "`" + std::string(form.environment) + "`") + " | " +
           std::string(form.sentence) + (choices.empty() ? "" : " (" + choices + ")") + " |\n";
  }
  return out;
}

}  // namespace

std::string man_page(const CommandOutline& command, const CommandOutline& root, const std::string& notes) {
  const bool is_root = command.path == root.path;
  std::string title = page_name(command.path);
  std::ranges::transform(title, title.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  std::string out = "'\\\" t\n.TH " + title + " 1 \"\" \"tacit " TACIT_VERSION "\" \"Tacit\"\n";
  out += ".SH NAME\n" + roff(page_name(command.path)) + " \\- " + roff(command.sentence) + "\n";
  out += ".SH SYNOPSIS\n" + roff_synopsis(command);
  if (is_root) {
    out += ".SH COMMANDS\n";
    for (const CommandOutline& one : command.commands)
      out += ".TP\n" + bold(page_name(one.path)) + "(1)\n" + roff(capital(one.sentence)) + ".\n";
  }
  if (!command.examples.empty()) out += ".SH EXAMPLES\n" + roff_examples(command.examples);
  const std::string arguments = roff_options(command.arguments, false) + roff_options(command.options, false);
  if (!arguments.empty()) out += ".SH OPTIONS\n" + arguments;
  if (!is_root && !command.commands.empty()) out += ".SH COMMANDS\n" + roff_commands(command);
  out += ".SH OPTIONS OF EVERY COMMAND\n" + roff_options(command.options, true);
  out += notes;
  if (is_root) out += roff_configuration() + roff_environment();
  return out + roff_exit_codes() + see_also(command, root);
}

std::string markdown_page(const CommandOutline& root) {
  std::string out =
      "# The command line\n\n"
      "This page is what `tacit man --markdown` prints; `man tacit` has the same for the terminal.\n";
  if (!root.examples.empty()) out += "\n```sh\n" + root.examples + "\n```\n";
  for (const CommandOutline& one : root.commands) out += markdown_command(one, "##");
  out += "\n## Everywhere\n" + markdown_options("option", root.commands.front().options, true);
  out +=
      "\n## Configuration\n\n"
      "TOML files; later ones win, setting by setting: `/usr/lib/tacit/defaults.toml`, `/etc/tacit/*.toml`,\n"
      "`/etc/tacit/conf.d/*.toml`, `$XDG_CONFIG_HOME/tacit/config.toml` (or the file that `TACIT_CONFIG` names), the\n"
      "environment, flags. `tacit config` shows the result, and where each value comes from.\n\n"
      "At the top of a file:\n" +
      markdown_settings(host::general_settings()) + "\nIn a table `[context.NAME]`:\n" +
      markdown_settings(host::context_settings());
  out += "\n## Exit codes\n\n| code | |\n|---|---|\n";
  for (const ExitCodeMeaning& one : exit_codes)
    out += "| " + std::to_string(static_cast<int>(one.code)) + " | " + std::string(one.meaning) + " |\n";
  return out;
}

}  // namespace tacit::app
