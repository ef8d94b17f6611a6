#include "tacit/host/signature.hpp"

namespace tacit::host {

crypto::Digest gen_signature(SignatureForm form, const Secret<32>& mac_key, std::string_view message) {
  if (form == SignatureForm::suffix) return crypto::sha256({bytes_of(message), mac_key.reveal()});
  return crypto::HmacSha256(mac_key.reveal()).mac({bytes_of(message)});
}

bool authenticate(SignatureForm form, const Secret<32>& mac_key, Bytes signature, std::string_view message) {
  const crypto::Digest right = gen_signature(form, mac_key, message);
  return signature.size() == right.size() && crypto::equal(signature, right);
}

}  // namespace tacit::host
