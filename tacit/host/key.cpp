#include "tacit/host/key.hpp"

#include <algorithm>
#include <optional>

#include "tacit/host/base64.hpp"

namespace tacit::host {
namespace {

static_assert(std::ranges::all_of(key_forms, [](const KeyForm& form) { return form.size_max <= max_key_size; }));

constexpr std::size_t checksum_size = 4;
constexpr std::string_view blanks = " \t\r";

crypto::Digest checksum(const KeyForm& form, Bytes key) { return crypto::sha256({bytes_of(form.prefix), key}); }

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

bool is_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
  });
}

// "2026-11-22T02:30:00Z" out of a comment. It is printed to a terminal, so nothing else passes.
std::string created_in(std::string_view comment) {
  constexpr std::string_view name = "created=";
  const auto at = comment.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view value = comment.substr(at + name.size());
  value = value.substr(0, value.find_first_of(blanks));
  if (value.size() > 20 || value.find_first_not_of("0123456789-:TZ") != std::string_view::npos) return {};
  return std::string(value);
}

struct Lines {
  std::string_view key;  // the only line that is no comment; empty where there is none
  std::size_t number = 0, keys = 0;
  std::string created;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.starts_with('#')) {
      if (lines.created.empty()) lines.created = created_in(line);
    } else {
      ++lines.keys;
      lines.key = line;
      lines.number = number;
    }
  }
  return lines;
}

// "usmp-v3" out of "tacit-usmp-v3:...", so that a newer kind than we know can be named. Not a part of a key.
std::optional<std::string> kind_named_in(std::string_view line) {
  constexpr std::string_view ours = "tacit-";
  if (!line.starts_with(ours)) return std::nullopt;
  const std::string_view name = line.substr(ours.size(), line.find(':') - ours.size());
  if (name.size() > 24 || line.find(':') == std::string_view::npos) return std::nullopt;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string_view::npos) return std::nullopt;
  return std::string(name);
}

std::string names_of(std::span<const KeyKind> kinds) {
  std::string names;
  for (const KeyKind kind : kinds) names.append(names.empty() ? "" : " or ").append(form_of(kind).name);
  return names;
}

Problem not_a_key(const Lines& lines, const std::string& where) {
  if (const auto kind = kind_named_in(lines.key)) {
    return {Fault::unknown_kind, where + ": a key of kind " + *kind + ", which this program does not know",
            "A newer Tacit may know it."};
  }
  return {Fault::no_key, where + ": line " + std::to_string(lines.number) + " is not a Tacit key",
          "A key file is made by `tacit key gen`; a board's nomq_config.json is read by `tacit key import`."};
}

}  // namespace

const KeyForm& form_of(KeyKind kind) {
  const auto found = std::ranges::find(key_forms, kind, &KeyForm::kind);
  require(found != key_forms.end());
  return *found;
}

Key::Key(KeyKind kind, Bytes bytes) : Key(kind, bytes.size()) {
  require(bytes.size() >= form_of(kind).size_min && bytes.size() <= form_of(kind).size_max);
  copy(bytes, bytes_.fill());
}

Key Key::generate(KeyKind kind, crypto::Random& random) {
  require(kind != KeyKind::usmp);
  Key key(kind, form_of(kind).size_max);
  random.fill(key.bytes_.fill().first(key.size_));
  return key;
}

NomqKeys nomq_keys(const Key& key) {
  require(key.reveal().size() == 64);
  return {.encryption = Secret<32>(key.reveal().first(32)), .mac = Secret<32>(key.reveal().last(32))};
}

Key nomq_key(KeyKind kind, const NomqKeys& keys) {
  Secret<64> both;
  copy(keys.encryption.reveal(), both.fill().first(32));
  copy(keys.mac.reveal(), both.fill().last(32));
  return Key(kind, both.reveal());
}

std::string fingerprint(const Key& key) {
  constexpr std::string_view domain = "tacit key fingerprint v1:";
  constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's: no I, L, O, U
  const crypto::Digest digest = crypto::sha256({bytes_of(domain), bytes_of(form_of(key.kind()).prefix), key.reveal()});
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | digest[i];
  std::string text;
  for (int i = 0; i < 12; ++i) {
    if (i == 4 || i == 8) text += '-';
    text += digits[bits >> 59];
    bits <<= 5;
  }
  return text;
}

void write_key_text(const Key& key, std::string_view created, KeyText& out) {
  const KeyForm& form = form_of(key.kind());
  out.append("# tacit key  kind=");
  out.append(form.name);
  out.append("  created=");
  out.append(created);
  out.append("  fp=");
  out.append(fingerprint(key));
  out.append("\n");
  out.append(form.prefix);

  SecretText<max_key_size + checksum_size> checked;
  checked.append(text_of(key.reveal()));
  const crypto::Digest sum = checksum(form, key.reveal());
  checked.append(text_of(Bytes(sum).first(checksum_size)));
  const Bytes bytes = bytes_of(checked.reveal());
  encode_base64(Base64::url, bytes, out.extend_text(base64_length(Base64::url, bytes.size())));
  out.append("\n");
}

Attempt<KeyWithComment> read_key_text(std::string_view text, const std::string& where,
                                      std::span<const KeyKind> wanted) {
  if (text.empty()) return Problem{Fault::empty_file, where + ": is empty", "Make a key with `tacit key gen`."};
  if (!is_text(text)) {
    return Problem{Fault::not_text, where + ": is not a text, so it is no key file", "Is this the right file?"};
  }
  const Lines lines = lines_of(text);
  if (lines.keys == 0) return Problem{Fault::no_key, where + ": holds comments and no key", "Is the file whole?"};
  if (lines.keys > 1) {
    return Problem{Fault::several_keys, where + ": holds more than one line that is no comment",
                   "Keep one key in one file."};
  }
  const auto form =
      std::ranges::find_if(key_forms, [&](const KeyForm& one) { return lines.key.starts_with(one.prefix); });
  if (form == key_forms.end()) return not_a_key(lines, where);
  if (std::ranges::find(wanted, form->kind) == wanted.end()) {
    return Problem{Fault::wrong_kind,
                   where + ": this is a " + std::string(form->name) + " key, and " + names_of(wanted) + " is wanted",
                   "Give the other key file, or make one with `tacit key gen`."};
  }

  const std::string_view encoded = lines.key.substr(form->prefix.size());
  const std::size_t shortest = base64_length(Base64::url, form->size_min + checksum_size);
  const std::size_t longest = base64_length(Base64::url, form->size_max + checksum_size);
  if (encoded.size() < shortest || encoded.size() > longest) {
    const std::string right = std::to_string(shortest) + (shortest == longest ? "" : " to " + std::to_string(longest));
    return Problem{
        Fault::wrong_length,
        where + ": the key has " + std::to_string(encoded.size()) + " characters after its prefix instead of " + right,
        "The file was cut off or something was added; copy it again."};
  }
  Secret<max_key_size + checksum_size> room;
  const auto bytes = decode_base64(Base64::url, encoded, room.fill());
  if (!bytes) {
    return Problem{Fault::bad_encoding, where + ": the key has characters that base64url does not have",
                   "The file was damaged; copy it again."};
  }
  const Bytes key = bytes->first(bytes->size() - checksum_size);
  const crypto::Digest sum = checksum(*form, key);
  if (!crypto::equal(Bytes(sum).first(checksum_size), bytes->last(checksum_size))) {
    return Problem{Fault::bad_checksum, where + ": the key does not fit its checksum",
                   "A character was changed; copy the file again."};
  }
  return KeyWithComment{Key(form->kind, key), lines.created};
}

}  // namespace tacit::host
