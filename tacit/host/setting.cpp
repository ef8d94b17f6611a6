#include "tacit/host/setting.hpp"

#include <algorithm>
#include <charconv>

#include "tacit/host/nearest.hpp"

namespace tacit::host {
namespace {

using enum SettingType;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string_view wanted(SettingType type) {
  switch (type) {
    case text: return "a text";
    case path: return "the name of a file";
    case port: return "a whole number from 1 to 65535";
    case number: return "a whole number from 0 to 1000000";
    case choice: return "a text";
    case texts: return "a list of texts";
  }
  require(false);
  return {};
}

bool fits(SettingType type, const Value& value) {
  switch (type) {
    case text:
    case path:
    case choice: return std::holds_alternative<std::string>(value);
    case port:
    case number: return std::holds_alternative<std::int64_t>(value);
    case texts: return std::holds_alternative<std::vector<std::string>>(value);
  }
  require(false);
  return false;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20 || byte == 0x7F) {
      out.append("\\u00").append({digits[byte >> 4], digits[byte & 15]});
    } else {
      out += c;
    }
  }
  return out + '"';
}

Problem no_choice(const SettingForm& form, const std::string& word, const std::string& where) {
  const auto words = split(form.choices, ' ');
  std::string list;
  for (const std::string& one : words) list.append(list.empty() ? "" : ", ").append(one);
  return {Fault::out_of_range,
          where + ": " + std::string(form.name) + " is " + quoted(word) + ", which is none of " + list +
              suggestion(word, words),
          ""};
}

}  // namespace

const std::vector<SettingForm>& general_settings() {
  static const std::vector<SettingForm> forms{
      {"default_context", text, "", "TACIT_CONTEXT", "The context that a command uses when none is named."},
      {"log", text, "", "TACIT_LOG",
       "How much is told on standard error: a level, or PART=LEVEL, with commas between."},
  };
  return forms;
}

const std::vector<SettingForm>& context_settings() {
  static const std::vector<SettingForm> forms{
      {"via", choice, "nomq usmp e2e", "", "The protocol that this context speaks."},
      {"key_file", path, "", "TACIT_KEY_FILE", "The key file, made by `tacit key gen`."},
      {"host", text, "", "TACIT_HOST",
       "The address to send to, with e2e the MQTT broker; with NoMQ the group is meant when there is none."},
      {"port", port, "", "TACIT_PORT", "The port at that address."},
      {"registry", path, "", "TACIT_REGISTRY", "The registry of USMP devices, made by `tacit device add`."},
      {"interfaces", texts, "", "", "The network interfaces to use; all of them when there is none."},
      {"wire", choice, "1 2 auto", "", "The version of USMP that a device speaks; 1 is weak, auto is 2 and then 1."},
      {"epoch", choice, "unix 2000 auto", "", "Where the clocks of NoMQ legacy boards begin."},
      {"after_restart", choice, "at_least_once at_most_once", "",
       "What a NoMQ subscriber does with a message that may have been delivered before it was started again."},
      {"mqtt", choice, "5 3.1.1", "", "The version of MQTT that the broker is spoken to in."},
      {"client_id", text, "", "", "What the broker calls us; random when there is none."},
      {"user", text, "", "", "The user of the broker."},
      {"password_file", path, "", "", "A file with that user's password as its first line."},
      {"tls", choice, "on off", "", "TLS to the broker; on when there is a certificate or PSK, or the port is 8883."},
      {"ca_file", path, "", "",
       "The certificates that the broker's is checked with; the system's when there are none."},
      {"ca_folder", path, "", "", "The same as a folder, in which `openssl rehash` was run."},
      {"certificate", path, "", "", "Our certificate, where the broker asks for one."},
      {"private_key", path, "", "", "The private key of that certificate."},
      {"psk_file", path, "", "", "TLS with a pre-shared key instead: a file with IDENTITY:HEX as its first line."},
      {"aad", text, "", "", "What the authentication of each packet covers beside it; both sides have the same."},
      {"binding", choice, "none topic_not_interoperable", "",
       "Whether a packet is bound to its topic; both sides choose it, and no deployed device can."},
      {"pad", number, "", "", "So many bytes, and shorter messages look alike; 50 when there is none."},
      {"window", number, "", "", "How many seconds a packet may be old, or ahead; 15 when there is none."},
      {"max_size", number, "", "", "The longest packet that is taken, 31 to 65566 bytes; 4096 when there is none."},
  };
  return forms;
}

Attempt<SettingForm> setting_named(std::string_view name, const std::vector<SettingForm>& forms,
                                   const std::string& where) {
  const auto found = std::ranges::find(forms, name, &SettingForm::name);
  if (found != forms.end()) return *found;

  std::vector<std::string> known;
  for (const SettingForm& form : forms) known.emplace_back(form.name);
  const bool secret = name == "key" || name == "psk" || name == "password";
  return Problem{Fault::unknown_name, where + ": there is no setting called " + quoted(name) + suggestion(name, known),
                 secret ? "A key lives in a key file of its own; name that file with key_file." : ""};
}

Attempt<Value> checked(const SettingForm& form, Value value, const std::string& where) {
  if (!fits(form.type, value)) return wrong_type(form, where);
  const std::string name(form.name);
  const std::int64_t least = form.type == port ? 1 : 0, most = form.type == port ? 65'535 : 1'000'000;
  if (const auto* given = std::get_if<std::int64_t>(&value); given && (*given < least || *given > most)) {
    return Problem{Fault::out_of_range,
                   where + ": " + name + " is " + std::to_string(*given) + ", and has to be from " +
                       std::to_string(least) + " to " + std::to_string(most),
                   ""};
  }
  if (const auto* word = std::get_if<std::string>(&value)) {
    if (word->empty()) return Problem{Fault::out_of_range, where + ": " + name + " is empty", ""};
    if (form.type == choice) {
      const auto words = split(form.choices, ' ');
      if (std::ranges::find(words, *word) == words.end()) return no_choice(form, *word, where);
    }
  }
  return value;
}

Problem wrong_type(const SettingForm& form, const std::string& where) {
  return {Fault::wrong_type, where + ": " + std::string(form.name) + " has to be " + std::string(wanted(form.type)),
          ""};
}

Attempt<Value> value_from_text(const SettingForm& form, const std::string& word, const std::string& where) {
  if (form.type == texts) return checked(form, split(word, ','), where);
  if (form.type != port && form.type != number) return checked(form, word, where);
  std::int64_t given = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, given);
  if (error != std::errc{} || stop != end) return checked(form, word, where);
  return checked(form, given, where);
}

std::string toml_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* word = std::get_if<std::string>(&value)) return quoted(*word);
  std::string list;
  for (const std::string& one : std::get<std::vector<std::string>>(value))
    list.append(list.empty() ? "" : ", ").append(quoted(one));
  return "[" + list + "]";
}

}  // namespace tacit::host
