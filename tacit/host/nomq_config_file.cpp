#include "tacit/host/nomq_config_file.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "tacit/host/base64.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/private_file.hpp"

namespace tacit::host {
namespace {

constexpr std::size_t block = 16;
constexpr std::size_t max_file = 8192;  // the original's are 300 bytes long

// What the original calls config_key.
crypto::AesCbc published_cipher() {
  Secret<32> key(crypto::sha256({bytes_of("nomq_config_key")}));
  return crypto::AesCbc(key);
}

Problem bad_syntax(const std::string& where, const std::string& what) {
  return {Fault::bad_syntax, where + ": " + what, "Is this a nomq_config.json of the original?"};
}

// How many of these bytes are text, or nothing where their end is no PKCS#7 padding. Nothing here needs
// constant time: whoever reads the file has its key.
std::optional<std::size_t> size_without_padding(Bytes bytes) {
  const std::size_t pad = bytes.back();
  if (pad == 0 || pad > block) return std::nullopt;
  for (const std::uint8_t byte : bytes.last(pad)) {
    if (byte != pad) return std::nullopt;
  }
  return bytes.size() - pad;
}

// One of the two keys. The text of it is wiped; what the parser kept on its way is not, and need not be: the
// file itself is open to all.
Attempt<Secret<32>> take_key(nlohmann::json& object, const char* name, const std::string& where) {
  const auto member = object.find(name);
  if (member == object.end()) return Problem{Fault::missing_member, where + ": has no " + name, ""};
  if (!member->is_string()) return Problem{Fault::wrong_type, where + ": " + name + " is not a text", ""};
  auto& text = member->get_ref<std::string&>();
  Secret<32> key;
  const bool right = decode_hex(text, key.fill());
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!right) return Problem{Fault::wrong_length, where + ": " + name + " is not 64 hexadecimal digits", ""};
  return key;
}

// The settings besides the keys; where one is wrong, the Problem.
std::optional<Problem> read_settings(const nlohmann::json& object, const std::string& where, NomqConfig& config) {
  const auto wrong_type = [&](const char* what) { return Problem{Fault::wrong_type, where + ": " + what, ""}; };
  if (const auto ip = object.find("ip"); ip != object.end()) {
    if (!ip->is_string()) return wrong_type("ip is not a text");
    config.ip = ip->get<std::string>();
  }
  if (const auto port = object.find("port"); port != object.end()) {
    if (!port->is_number_integer()) return wrong_type("port is not a whole number");
    const auto number = port->get<std::int64_t>();
    if (number < 0 || number > 65535) return Problem{Fault::out_of_range, where + ": port is not in 0 to 65535", ""};
    config.port = static_cast<std::uint16_t>(number);
  }
  if (const auto use_ipv6 = object.find("use_ipv6"); use_ipv6 != object.end()) {
    if (!use_ipv6->is_boolean()) return wrong_type("use_ipv6 is neither true nor false");
    config.use_ipv6 = use_ipv6->get<bool>();
  }
  return std::nullopt;
}

Attempt<NomqConfig> read_json(std::string_view json, const std::string& where) {
  auto object = nlohmann::json::parse(json, nullptr, false);
  if (object.is_discarded()) return bad_syntax(where, "what is inside is not JSON");
  if (!object.is_object()) return bad_syntax(where, "the JSON inside is not an object");
  auto encryption = take_key(object, "encryption_key", where);
  if (!encryption) return encryption.error();
  auto mac = take_key(object, "hmac_key", where);
  if (!mac) return mac.error();
  NomqConfig config{.keys = {.encryption = *std::move(encryption), .mac = *std::move(mac)}};
  if (auto problem = read_settings(object, where, config)) return *std::move(problem);
  return config;
}

std::string_view without_white_space(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace

Attempt<NomqConfig> read_nomq_config(std::string_view file, const std::string& where) {
  const std::string_view text = without_white_space(file);
  if (text.empty()) return Problem{Fault::empty_file, where + ": is empty", ""};
  if (text.size() > max_file) return Problem{Fault::file_too_large, where + ": is too large", ""};
  if (text.starts_with("# tacit key") || text.starts_with("tacit-")) {
    return Problem{Fault::bad_encoding, where + ": this is a Tacit key file, not a nomq_config.json", ""};
  }
  Secret<max_file> room;
  const auto bytes = decode_base64(Base64::standard, text, room.fill());
  if (!bytes) {
    return Problem{Fault::bad_encoding, where + ": is not base64", "Is this a nomq_config.json of the original?"};
  }
  if (bytes->size() < 2 * block || bytes->size() % block != 0) {
    return Problem{Fault::wrong_length, where + ": is not an IV and whole blocks",
                   "The file was cut off; copy it again."};
  }
  const MutBytes body = bytes->subspan(block);
  published_cipher().decrypt(bytes->first(block), body);
  const auto size = size_without_padding(body);
  if (!size) return bad_syntax(where, "what is inside does not end in padding");
  return read_json(text_of(body.first(*size)), where);
}

Attempt<NomqConfig> read_nomq_config_file(const std::string& path) {
  Secret<max_file> room;
  const auto file = read_file(path, room.fill());
  if (!file) return file.error();
  return read_nomq_config(text_of(file->bytes), path);
}

void write_nomq_config_json(const NomqConfig& config, NomqConfigJson& out) {
  const auto append_key = [&](const Secret<32>& key) { encode_hex(key.reveal(), out.extend_text(64)); };
  out.append(R"({"ip": )");
  out.append(nlohmann::json(config.ip).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  out.append(R"(, "port": )");
  out.append(std::to_string(config.port));
  out.append(R"(, "use_ipv6": )");
  out.append(config.use_ipv6 ? "true" : "false");
  out.append(R"(, "encryption_key": ")");
  append_key(config.keys.encryption);
  out.append(R"(", "hmac_key": ")");
  append_key(config.keys.mac);
  out.append(R"("})");
}

std::string seal_nomq_config(std::string_view json, const crypto::Iv& iv) {
  const std::size_t pad = block - json.size() % block;
  std::string bytes(text_of(iv));
  bytes.append(json).append(pad, static_cast<char>(pad));
  const MutBytes body{reinterpret_cast<std::uint8_t*>(bytes.data()) + block, bytes.size() - block};
  published_cipher().encrypt(iv, body);

  std::string file(base64_length(Base64::standard, bytes.size()), '\0');
  encode_base64(Base64::standard, bytes_of(bytes), file);
  return file + '\n';
}

Attempt<Done> create_nomq_config_file(const std::string& path, const NomqConfig& config, crypto::Random& random) {
  require(config.ip.size() <= 64);
  NomqConfigJson json;
  write_nomq_config_json(config, json);
  return create_private_file(path, seal_nomq_config(json.reveal(), random.value<crypto::Iv>()));
}

}  // namespace tacit::host
