#pragma once
#include <string>

#include "tacit/host/key.hpp"

// The original's nomq_config.json (spec/nomq.md section 12), read and written for exchange with boards that
// run the original code. Despite its name it is base64( IV, AES-256-CBC(JSON, PKCS#7) ) and a newline, under
// a key that the original publishes: ANYONE CAN READ IT, and nothing authenticates it. Our own keys live in
// key files.
namespace tacit::host {

struct NomqConfig {
  std::string ip = "0.0.0.0";
  std::uint16_t port = 8888;
  bool use_ipv6 = false;
  NomqKeys keys{};
};

// As the original reads it: members in any order, unknown ones ignored, the keys required and the rest with
// the defaults above, hex of either case. `where` is the file's name, for the Problem: empty_file,
// bad_encoding, wrong_length, bad_syntax, missing_member, wrong_type, out_of_range.
Attempt<NomqConfig> read_nomq_config(std::string_view file, const std::string& where);
Attempt<NomqConfig> read_nomq_config_file(const std::string& path);

// The JSON as it lies inside, and the file around any JSON. IV and JSON make the file, so a test can repeat
// what the original wrote.
using NomqConfigJson = SecretText<1024>;
void write_nomq_config_json(const NomqConfig&, NomqConfigJson& out);
std::string seal_nomq_config(std::string_view json, const crypto::Iv&);

// As create_private_file(); `config.ip` has at most 64 characters.
Attempt<Done> create_nomq_config_file(const std::string& path, const NomqConfig& config, crypto::Random&);

}  // namespace tacit::host
