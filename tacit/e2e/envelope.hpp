#pragma once
#include <optional>
#include <string_view>

#include "tacit/crypto/crypto.hpp"
#include "tacit/e2e/packet_clock.hpp"
#include "tacit/e2e/seen.hpp"

// What goes over the air: the whole payload of an MQTT PUBLISH. Specification section 2.
//
//     0        8      12                                     12+n      28+n
//     +--------+------+--------------------------------------+---------+
//     | time   | rand | ciphertext of n bytes                | tag     |     big endian; nothing follows
//     +--------+------+--------------------------------------+---------+
//      `---- IV ----'  0         1         3         3+L     n
//                      +---------+---------+---------+-------+
//                      | version | L       | message | zeros |               n = 3 + max(L, pad size)
//                      +---------+---------+---------+-------+
namespace tacit::e2e {

inline constexpr std::size_t key_size = 16, header_size = 3, tag_size = crypto::AesGcm::tag_size;
inline constexpr std::size_t overhead = iv_size + header_size + tag_size;
static_assert(overhead == 31);
inline constexpr std::size_t message_max = 65'535, pad_size_max = 65'535;
inline constexpr std::size_t packet_max = overhead + message_max;  // of what a canonical sender makes
inline constexpr std::uint8_t packet_version = 1;
inline constexpr std::string_view default_aad = "1234567812345678";  // public; the original's
inline constexpr std::size_t bound_aad_max = 256;                    // of Binding::topic_not_interoperable

using Key = Secret<key_size>;

constexpr std::size_t packet_size(std::size_t message_size, std::size_t pad_size) {
  return overhead + (message_size > pad_size ? message_size : pad_size);
}

// The envelope alone: no clock, no memory. `out` has packet_size() bytes, the message at most message_max. An IV never
// comes twice with one key.
void seal_packet(const crypto::AesGcm&, const Iv&, Bytes aad, Bytes message, MutBytes out);

// What the authentication covers beside the packet.
enum class Binding : std::uint8_t {
  none,  // the AAD is what was configured: as every deployed device has it
  // AAD = what was configured, 0x00, the full topic. A packet that was moved to another topic, or reflected, is
  // bad_mac. Both ends must choose it, and no deployed device can.
  topic_not_interoperable,
};

struct EnvelopeConfig {
  Bytes aad = bytes_of(default_aad);         // lives as long as the envelope; another one separates who shares a key
  std::size_t pad_size = 50;                 // shorter messages look as long as this; at most pad_size_max
  PacketSpan past = Duration{15'000'000};    // how old a packet may be, inclusive
  PacketSpan future = Duration{15'000'000};  // how far ahead its time may be, inclusive
  std::size_t packet_max = 4096;  // a longer one is too_large before anything is computed; of 31 bytes at least
  Binding binding = Binding::none;
};

struct Sealed {
  std::size_t size = 0;
  bool longer_than_pad = false;     // who listens learns the length of this message
  bool clock_stepped_back = false;  // by more than a second since the packet before
};

// An authentic packet, new to us and of our time. Only Envelope::open() makes one. The message lies where the packet
// did.
class Opened {
 public:
  Bytes message() const { return message_; }
  PacketTime sent_at() const { return sent_at_; }  // by the sender's clock

 private:
  friend class Envelope;
  Opened(Bytes message, PacketTime sent_at) : message_(message), sent_at_(sent_at) {}
  Bytes message_;
  PacketTime sent_at_;
};

// Seals and opens what one node exchanges with all who hold the key: no connection, no session, any MQTT client.
//
// Topics are full ones, and are looked at only where they are bound. Who sent a packet nobody can know: whoever has the
// key can be anyone.
class Envelope {
 public:
  Envelope(const Key&, const EnvelopeConfig&, const Seen::Tables&, crypto::Random&);

  std::size_t packet_size(std::size_t message_size) const { return e2e::packet_size(message_size, config_.pad_size); }
  // Whether a topic of so many bytes can be sealed: where topics are bound, they have to fit bound_aad_max.
  bool can_bind(std::size_t topic_size) const {
    return config_.binding == Binding::none || config_.aad.size() + 1 + topic_size <= bound_aad_max;
  }

  // For a packet that is about to be written: it is good for as long as the peer's window. `out` has room for
  // packet_size(), and does not overlap the message. Gives too_large.
  Result<Sealed> seal(std::string_view topic, Bytes message, PacketTime now, MutBytes out);

  // In place: whatever it returns, the packet's bytes are used up. In this order it gives too_large, truncated; own,
  // replay; stale, future; before_start; replay_memory_full, too_old; bad_mac; bad_version, bad_length.
  Result<Opened> open(std::string_view topic, MutBytes packet, PacketTime now);

  // The memory is gone with the process, so what was delivered before may come again. This refuses all that was made
  // before `time`, as before_start: the start of the process, by the local clock. A peer whose clock is behind is not
  // heard for so long.
  void refuse_before(PacketTime time) { start_ = time; }

  // A packet that this node sent without this object.
  void remember_own(const Iv& iv, PacketTime now) { seen_.remember(iv, true, now, config_.past); }

  const crypto::AesGcm& key() const { return key_; }
  const EnvelopeConfig& config() const { return config_; }

 private:
  Result<Done> acceptable(const Iv&, PacketTime now) const;

  crypto::AesGcm key_;
  EnvelopeConfig config_;
  Seen seen_;
  PacketClock clock_;
  crypto::Random& random_;
  std::optional<PacketTime> start_;
};

}  // namespace tacit::e2e
