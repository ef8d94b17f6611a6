#include "tacit/usmp/acknowledgement.hpp"

namespace tacit::usmp {

namespace {

// The reference uses the key of AES-GCM for HMAC as well, without a label; interoperability needs exactly that.
crypto::Digest mac(const crypto::HmacSha256& key, Bytes acknowledgement) {
  return key.mac({acknowledgement.first(acknowledgement_size)});
}

}  // namespace

bool is_acknowledgement(Bytes datagram) { return datagram.size() >= 2 && datagram[0] == 0xAC && datagram[1] == 0xAC; }

void encode_acknowledgement(const Acknowledgement& what, MutBytes out) {
  require(out.size() == acknowledgement_size);
  wire::encode(what, out);
}

void encode_acknowledgement(const Acknowledgement& what, const crypto::HmacSha256& key, MutBytes out) {
  require(out.size() == acknowledgement_size + acknowledgement_mac_size);
  wire::encode(what, out);
  copy(Bytes(mac(key, out)).first(acknowledgement_mac_size), out.last(acknowledgement_mac_size));
}

Result<Acknowledgement> decode_acknowledgement(Bytes datagram) {
  const auto what = wire::decode<Acknowledgement>(datagram);
  if (!what) return what.error();
  const std::size_t mac_size = datagram.size() - acknowledgement_size;
  if (mac_size != 0 && mac_size != acknowledgement_mac_size) return Reason::bad_length;
  return what;
}

bool is_authentic_acknowledgement(Bytes datagram, const crypto::HmacSha256& key) {
  if (datagram.size() != acknowledgement_size + acknowledgement_mac_size) return false;
  return crypto::equal(Bytes(mac(key, datagram)).first(acknowledgement_mac_size),
                       datagram.last(acknowledgement_mac_size));
}

}  // namespace tacit::usmp
