#pragma once
#include "tacit/usmp/handshake_messages.hpp"
#include "tacit/usmp/psk.hpp"

// What a handshake proves and which keys come out of it, specification sections 3, 8 and 10. The two versions of the
// wire differ here, in acknowledgement.hpp, and nowhere else.
namespace tacit::usmp {

// What both sides of a handshake have seen of each other, in the clear.
struct Exchange {
  ChallengeNonce nonce{};
  PublicKey client{}, server{};
};

// The keys of a session, one for each direction. In version 1 both are the same key, under nonces that come twice: who
// listens learns the difference of the two plaintexts, and can then forge. That is why such a session is `weak_wire`.
struct Keys {
  Secret<32> client_to_server, server_to_client;

  // With which `sender` seals, and the other side opens.
  const Secret<32>& of(Role sender) const { return sender == Role::client ? client_to_server : server_to_client; }
};

// X25519 and then HKDF, from either side: with one's own private key and the other's public key. Gives weak_key where
// the shared secret would be all zero, which a peer can choose.
Result<Keys> agree(Wire, const Secret<32>& private_key, const PublicKey& peer, const Exchange&);

// The keys after a REKEY that carried `salt` (32 bytes) from `initiator`. Both sides count from 0 again.
Keys rekeyed(const Keys&, Role initiator, const SessionId&, Bytes salt);

// What a mac of the handshake is over. Version 2 begins with the first four bytes of the frame that carries it.
class Transcript {
 public:
  static Transcript of_client(Wire, const Exchange&, const DeviceId&);   // for HELLO_ACK, 106 bytes
  static Transcript of_server(Wire, const Exchange&, const SessionId&);  // for SESSION_OK, 116 bytes

  Bytes bytes() const { return Bytes(room_).first(size_); }
  HandshakeMac mac(const Psk&) const;
  // In constant time.
  [[nodiscard]] bool proves(const Psk&, const HandshakeMac&) const;

 private:
  Transcript(Wire, FrameType carrier, const Exchange&, Bytes id);
  void add(Bytes);

  std::array<std::uint8_t, 116> room_;
  std::size_t size_ = 0;
};

}  // namespace tacit::usmp
