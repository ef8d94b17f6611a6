#pragma once
#include <optional>
#include <span>

#include "tacit/usmp/keys.hpp"

namespace tacit::usmp {

// The owner's own note on a key, such as which generation of a device's keys it is. It is handed back.
enum class KeyTag : std::uint32_t {};

// A key that a device may prove, of a size that Psk takes; not kept.
struct OfferedKey {
  Bytes psk;
  KeyTag tag{};
};

// The server's half of one key exchange, specification section 3, without a transport and without a clock.
//
//   HELLO -> ServerHandshake -> CHALLENGE;  offer(), hear(HELLO_ACK) in any order -> verdict() -> SESSION_OK, keys()
//
// A device that does not exist, one that has another key and one that may not speak this version are one and the same
// from outside: offer() always computes what two keys would prove, the missing ones drawn at random, and verdict()
// looks at both. The shared secret is computed for those only who have proven a key.
class ServerHandshake {
 public:
  static constexpr std::size_t keys_max = 2;  // while a device changes from one to the next
  enum class Verdict : std::uint8_t { pending, refused, proven };

  // `shard`: the first byte of the session's id, where it is not random.
  ServerHandshake(Wire, const Hello&, std::optional<std::uint8_t> shard, crypto::Random&);

  Challenge challenge() const { return {exchange_.nonce, exchange_.server}; }
  // At most two; none for a device that may not have a session.
  void offer(std::span<const OfferedKey>, crypto::Random&);
  void hear(const HelloAck& proof) { proof_ = proof; }
  bool offered() const { return offered_; }
  bool heard() const { return proof_.has_value(); }

  Verdict verdict() const;
  // Where the verdict is `refused`: unknown_device where nothing was offered, else wrong_key.
  Reason refusal() const { return keys_ == 0 ? Reason::unknown_device : Reason::wrong_key; }
  // Where the verdict is `proven`:
  KeyTag proven_key() const { return proven()->tag; }
  SessionOk session_ok() const;
  Result<Keys> keys() const;  // gives weak_key: the device's public key makes a secret that everybody knows

  Wire wire() const { return wire_; }
  const DeviceId& device() const { return device_; }
  const PublicKey& client_key() const { return exchange_.client; }
  const SessionId& session_id() const { return session_; }

 private:
  // What a key would prove: the device by its HELLO_ACK, and we by our SESSION_OK.
  struct Expected {
    Secret<32> from_device, from_us;
    KeyTag tag{};
  };
  const Expected* proven() const;

  Wire wire_;
  bool offered_ = false;
  std::uint8_t keys_ = 0;  // of those expected so many are real, the first ones
  DeviceId device_;
  SessionId session_;
  Exchange exchange_;
  Secret<32> private_key_;
  std::array<Expected, keys_max> expected_;
  std::optional<HelloAck> proof_;
};

}  // namespace tacit::usmp
