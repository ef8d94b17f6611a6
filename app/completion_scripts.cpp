#include "app/completion_scripts.hpp"

#include <algorithm>
#include <functional>

namespace tacit::app {
namespace {

void for_each(const CommandOutline& command, const std::function<void(const CommandOutline&)>& visit) {
  visit(command);
  for (const CommandOutline& one : command.commands) for_each(one, visit);
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : separator) + word;
  return out;
}

// Every way to write an option that takes a value, as patterns of a shell's `case`.
std::string patterns(const CommandOutline& command, const OptionOutline& option) {
  std::vector<std::string> words;
  for (const std::string& name : option.names) words.push_back('"' + command.path + " " + name + '"');
  return joined(words, "|");
}

std::vector<std::string> words_of(const CommandOutline& command) {
  std::vector<std::string> words;
  for (const CommandOutline& one : command.commands) words.push_back(one.name);
  for (const OptionOutline& argument : command.arguments) {
    for (const std::string& choice : choices_of(argument)) words.push_back(choice);
  }
  return words;
}

bool takes_files(const CommandOutline& command) { return std::ranges::any_of(command.arguments, is_file); }

std::string single_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

// --- zsh

// What stands in _arguments between brackets or behind a colon.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const OptionOutline& option) {
  if (is_file(option)) return "_files";
  const auto choices = choices_of(option);
  return choices.empty() ? " " : "(" + joined(choices, " ") + ")";
}

std::string zsh_option(const OptionOutline& option) {
  std::string out;
  for (const std::string& name : option.names) {
    std::string spec = (option.repeatable ? "*" : "") + name;
    if (!option.value.empty()) spec += name.starts_with("--") ? "=" : "+";
    spec += "[" + zsh_text(option.sentence) + "]";
    if (!option.value.empty()) spec += ":" + zsh_text(option.value) + ":" + zsh_action(option);
    out += " \\\n    " + single_quoted(spec);
  }
  return out;
}

std::string zsh_function_name(const CommandOutline& command) {
  std::string out = "_" + command.path;
  for (char& c : out) {
    if (c == ' ' || c == '-') c = '_';
  }
  return out;
}

std::string zsh_function(const CommandOutline& command) {
  const std::string name = zsh_function_name(command);
  std::string out = "\n" + name + "() {\n";
  if (!command.commands.empty()) out += "  local line state\n";
  out += command.commands.empty() ? "  _arguments" : "  _arguments -C";
  for (const OptionOutline& option : command.options) out += zsh_option(option);
  for (const OptionOutline& argument : command.arguments) {
    const std::string place = argument.repeatable ? "*:" : argument.required ? ":" : "::";
    out += " \\\n    " + single_quoted(place + zsh_text(argument.value) + ":" + zsh_action(argument));
  }
  if (command.commands.empty()) return out + "\n}\n";

  std::string list;
  for (const CommandOutline& one : command.commands)
    list += (list.empty() ? "" : " ") + one.name + "\\:" + single_quoted(zsh_text(one.sentence));
  std::string quoted_list;
  for (const char c : list) quoted_list += c == '"' ? "\\\"" : std::string(1, c);
  out += " \\\n    \"1:command:((" + quoted_list + "))\" \\\n    '*::argument:->argument'\n  case $line[1] in\n";
  for (const CommandOutline& one : command.commands) out += "    " + one.name + ") " + zsh_function_name(one) + " ;;\n";
  return out + "  esac\n}\n";
}

// --- fish

// When the words so far are those of this command and of none below it.
std::string fish_condition(const CommandOutline& command) {
  std::vector<std::string> below;
  for (const CommandOutline& one : command.commands) below.push_back(one.name);
  std::string out;
  std::size_t start = command.path.find(' ');
  while (start != std::string::npos) {
    const auto end = command.path.find(' ', start + 1);
    out += (out.empty() ? "" : "; and ") +
           ("__fish_seen_subcommand_from " + command.path.substr(start + 1, end - start - 1));
    start = end;
  }
  if (out.empty()) return "__fish_use_subcommand";
  return below.empty() ? out : out + "; and not __fish_seen_subcommand_from " + joined(below, " ");
}

std::string fish_option(const OptionOutline& option) {
  std::string out;
  for (const std::string& name : option.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.value.empty()) out += " -r";
  if (is_file(option)) out += " -F";
  const auto choices = choices_of(option);
  if (!choices.empty()) out += " -a " + single_quoted(joined(choices, " "));
  return out + " -d " + single_quoted(option.sentence);
}

}  // namespace

std::string bash_completion(const CommandOutline& root) {
  std::string descend, skip, values, words;
  for_each(root, [&](const CommandOutline& command) {
    for (const CommandOutline& one : command.commands)
      descend += "      \"" + command.path + " " + one.name + "\") path=\"" + one.path + "\" ;;\n";
    std::string options;
    for (const OptionOutline& option : command.options) {
      options += (options.empty() ? "" : " ") + joined(option.names, " ");
      if (option.value.empty()) continue;
      skip += "      " + patterns(command, option) + ") ((i++)) ;;\n";
      const std::string candidates =
          is_file(option) ? "compgen -f" : "compgen -W '" + joined(choices_of(option), " ") + "'";
      values += "    " + patterns(command, option) + ")\n" + (is_file(option) ? "      compopt -o filenames\n" : "") +
                "      mapfile -t COMPREPLY < <(" + candidates + " -- \"$word\")\n      return ;;\n";
    }
    words += "    \"" + command.path + "\")\n      options='" + options + "'\n      words='" +
             joined(words_of(command), " ") + "'\n      files=" + (takes_files(command) ? "yes" : "") + " ;;\n";
  });
  return "# bash completion for tacit, made by `tacit completion bash`\n"
         "_tacit() {\n"
         "  local i path=tacit word=${COMP_WORDS[COMP_CWORD]} options='' words='' files=''\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"$path ${COMP_WORDS[i]}\" in\n" +
         descend + skip +
         "    esac\n"
         "  done\n"
         "  COMPREPLY=()\n"
         "  case \"$path ${COMP_WORDS[COMP_CWORD - 1]}\" in\n" +
         values +
         "  esac\n"
         "  case \"$path\" in\n" +
         words +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
         "    return\n"
         "  fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "  if [[ -n $files && ${#COMPREPLY[@]} -eq 0 ]]; then\n"
         "    compopt -o filenames\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "  fi\n"
         "}\n"
         "complete -F _tacit tacit\n";
}

std::string zsh_completion(const CommandOutline& root) {
  std::string out = "#compdef tacit\n# zsh completion for tacit, made by `tacit completion zsh`\n";
  for_each(root, [&](const CommandOutline& command) { out += zsh_function(command); });
  return out + "\n_tacit \"$@\"\n";
}

std::string fish_completion(const CommandOutline& root) {
  std::string out = "# fish completion for tacit, made by `tacit completion fish`\ncomplete -c tacit -f\n";
  for_each(root, [&](const CommandOutline& command) {
    const std::string here = "complete -c tacit -n " + single_quoted(fish_condition(command));
    for (const CommandOutline& one : command.commands)
      out += here + " -a " + one.name + " -d " + single_quoted(one.sentence) + "\n";
    for (const OptionOutline& argument : command.arguments) {
      const auto choices = choices_of(argument);
      if (!choices.empty()) out += here + " -a " + single_quoted(joined(choices, " ")) + "\n";
    }
    if (takes_files(command)) out += here + " -F\n";
    for (const OptionOutline& option : command.options) out += here + fish_option(option) + "\n";
  });
  return out;
}

}  // namespace tacit::app
