#include "tacit/usmp/server_handshake.hpp"

namespace tacit::usmp {

ServerHandshake::ServerHandshake(Wire wire, const Hello& hello, std::optional<std::uint8_t> shard,
                                 crypto::Random& random)
    : wire_(wire), device_(hello.device) {
  random.fill(session_);
  if (shard) session_[0] = *shard;
  random.fill(exchange_.nonce);
  random.fill(private_key_.fill());
  exchange_.client = hello.public_key;
  crypto::x25519_public(private_key_, exchange_.server);
}

void ServerHandshake::offer(std::span<const OfferedKey> keys, crypto::Random& random) {
  require(keys.size() <= keys_max);
  const auto from_device = Transcript::of_client(wire_, exchange_, device_);
  const auto from_us = Transcript::of_server(wire_, exchange_, session_);
  for (std::size_t i = 0; i < keys_max; ++i) {
    Secret<32> nobodys;
    random.fill(nobodys.fill());
    const bool real = i < keys.size();
    const auto psk = Psk::of(real ? keys[i].psk : nobodys.reveal());
    Expected& expected = expected_[i];
    expected.from_device = Secret<32>(from_device.mac(*psk));
    expected.from_us = Secret<32>(from_us.mac(*psk));
    if (real) expected.tag = keys[i].tag;
  }
  keys_ = static_cast<std::uint8_t>(keys.size());
  offered_ = true;
}

ServerHandshake::Verdict ServerHandshake::verdict() const {
  if (!offered_ || !proof_) return Verdict::pending;
  return proven() ? Verdict::proven : Verdict::refused;
}

// Looks at both, also when it is the first or when there is none.
const ServerHandshake::Expected* ServerHandshake::proven() const {
  const Expected* found = nullptr;
  for (std::size_t i = 0; i < keys_max; ++i) {
    const bool right = crypto::equal(expected_[i].from_device.reveal(), proof_->mac);
    if (right && i < keys_) found = &expected_[i];
  }
  return found;
}

SessionOk ServerHandshake::session_ok() const {
  SessionOk message{.session = session_};
  copy(proven()->from_us.reveal(), message.mac);
  return message;
}

Result<Keys> ServerHandshake::keys() const { return agree(wire_, private_key_, exchange_.client, exchange_); }

}  // namespace tacit::usmp
