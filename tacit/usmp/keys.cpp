#include "tacit/usmp/keys.hpp"

#include "tacit/crypto/hkdf.hpp"

namespace tacit::usmp {

namespace {

// Where the versions differ. Without `prefix` nothing tells a mac of HELLO_ACK from one of SESSION_OK but the size of
// the id in it.
struct Rules {
  std::string_view label;
  bool key_for_each_direction, prefix;
};
constexpr Rules rules_1{"usmp-v1", false, false}, rules_2{"usmp-v2", true, true};
constexpr const Rules& rules_of(Wire wire) { return is_wire_1(wire) ? rules_1 : rules_2; }

constexpr std::string_view rekey_label = "usmp-rekey";
constexpr std::size_t key_size = 32, label_size = 7;
static_assert(rules_1.label.size() == label_size && rules_2.label.size() == label_size);

// Two keys, one behind the other.
using KeyPair = Secret<2 * key_size>;

Secret<32> first(const KeyPair& pair) { return Secret<32>(pair.reveal().first(key_size)); }
Secret<32> second(const KeyPair& pair) { return Secret<32>(pair.reveal().last(key_size)); }

}  // namespace

Result<Keys> agree(Wire wire, const Secret<32>& private_key, const PublicKey& peer, const Exchange& exchange) {
  Secret<32> shared;
  if (!crypto::x25519(private_key, peer, shared)) return Reason::weak_key;

  const Rules& rules = rules_of(wire);
  std::array<std::uint8_t, label_size + 2 * sizeof(PublicKey)> info;
  copy(bytes_of(rules.label), info);
  copy(exchange.client, MutBytes(info).subspan(label_size));
  copy(exchange.server, MutBytes(info).last(sizeof(PublicKey)));

  // The first 32 bytes of HKDF's output do not depend on how many are asked for, so one length serves both versions.
  KeyPair pair;
  crypto::hkdf_expand(crypto::hkdf_extract(exchange.nonce, shared.reveal()), info, pair.fill());
  return Keys{first(pair), rules.key_for_each_direction ? second(pair) : first(pair)};
}

Keys rekeyed(const Keys& keys, Role initiator, const SessionId& session, Bytes salt) {
  require(salt.size() == key_size);
  KeyPair input;
  copy(keys.of(initiator).reveal(), input.fill());
  copy(keys.of(other(initiator)).reveal(), input.fill().last(key_size));

  std::array<std::uint8_t, rekey_label.size() + sizeof(SessionId)> info;
  copy(bytes_of(rekey_label), info);
  copy(session, MutBytes(info).subspan(rekey_label.size()));

  KeyPair pair;
  crypto::hkdf_expand(crypto::hkdf_extract(salt, input.reveal()), info, pair.fill());
  if (initiator == Role::client) return {first(pair), second(pair)};
  return {second(pair), first(pair)};
}

Transcript Transcript::of_client(Wire wire, const Exchange& exchange, const DeviceId& device) {
  return {wire, FrameType::hello_ack, exchange, device};
}

Transcript Transcript::of_server(Wire wire, const Exchange& exchange, const SessionId& session) {
  return {wire, FrameType::session_ok, exchange, session};
}

Transcript::Transcript(Wire wire, FrameType carrier, const Exchange& exchange, Bytes id) {
  if (rules_of(wire).prefix) {
    std::array<std::uint8_t, header_size> header;
    wire::encode(Header{wire, carrier}, header);
    add(Bytes(header).first(4));
  }
  for (const Bytes part : {Bytes(exchange.nonce), id, Bytes(exchange.client), Bytes(exchange.server)}) add(part);
}

void Transcript::add(Bytes part) {
  copy(part, MutBytes(room_).subspan(size_));
  size_ += part.size();
}

HandshakeMac Transcript::mac(const Psk& psk) const { return crypto::HmacSha256(psk.reveal()).mac({bytes()}); }

bool Transcript::proves(const Psk& psk, const HandshakeMac& theirs) const { return crypto::equal(mac(psk), theirs); }

}  // namespace tacit::usmp
