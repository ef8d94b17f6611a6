#include "tacit/host/conformance/nomq_sections.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/nomq_config_file.hpp"
#include "tacit/host/signature.hpp"

namespace tacit::host::conformance {
namespace {

Comparison compare(const ConfigFileVector& v) {
  Comparison comparison;
  comparison.text("file", seal_nomq_config(v.json, v.iv), v.file);
  const auto config = read_nomq_config(v.file, "file");
  if (!config) {
    comparison.note(config.error().what, "the five settings");
    return comparison;
  }
  comparison.text("ip", config->ip, v.settings.ip);
  comparison.number("port", config->port, v.settings.port);
  comparison.text("use_ipv6", config->use_ipv6 ? "true" : "false", v.settings.use_ipv6 ? "true" : "false");
  comparison.text("encryption_key", encode_hex(config->keys.encryption.reveal()), v.settings.encryption_key);
  comparison.text("hmac_key", encode_hex(config->keys.mac.reveal()), v.settings.hmac_key);
  return comparison;
}

Comparison compare(const ConfigFileAcceptVector& v) {
  Comparison comparison;
  const auto config = read_nomq_config(v.file, "file");
  if (config.has_value() != v.accepted)
    comparison.note(config ? "accepted" : "rejected (" + config.error().what + ")",
                    v.accepted ? "accepted" : "rejected");
  return comparison;
}

Comparison compare(const SignatureVector& v, const Secret<32>& mac_key) {
  Comparison comparison;
  comparison.bytes("signature", gen_signature(SignatureForm::suffix, mac_key, v.message), v.suffix);
  comparison.bytes("signature_hmac", gen_signature(SignatureForm::hmac, mac_key, v.message), v.hmac);
  return comparison;
}

}  // namespace

Report run_settings(const NomqVectors& vectors) {
  Report report;
  for (std::size_t i = 0; i < vectors.config_files.size(); ++i)
    report.add("config_files", i, vectors.config_files[i].name, compare(vectors.config_files[i]));
  for (std::size_t i = 0; i < vectors.config_files_negative.size(); ++i)
    report.add("config_files_negative", i, vectors.config_files_negative[i].name,
               compare(vectors.config_files_negative[i]));
  for (std::size_t i = 0; i < vectors.signatures.size(); ++i)
    report.add("signatures", i, encode_hex(bytes_of(vectors.signatures[i].message)),
               compare(vectors.signatures[i], vectors.keys.mac));
  return report;
}

}  // namespace tacit::host::conformance
