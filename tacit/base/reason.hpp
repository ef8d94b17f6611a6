#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace tacit {

// The one closed list of what can go wrong. Verbs return a Reason, Dropped events and counters carry
// it. Its name on paper (logs, metrics, JSON, conformance) is its name here; the sentence that
// explains it and the next step to take are in host/reasons.hpp, because a chip has no room for them.
enum class Reason : std::uint8_t {
  // The peer, or the air between us.
  truncated,
  bad_length,
  bad_magic,
  bad_version,
  bad_type,
  bad_crc,
  bad_mac,
  stale,
  future,
  iv_mismatch,
  bad_padding,
  bad_body,
  bad_qos,
  bad_utf8,
  bad_channel_id,
  empty_message,
  expired,
  own,
  duplicate,  // seen before and harmless: a retry; acknowledged again where it asks for that
  replay,     // seen before, and not to be answered
  too_old,
  before_start,
  unknown_channel,
  unknown_id,
  wrong_state,
  bad_sequence,  // a stream's frames or a message's fragments do not follow one another
  bad_cookie,
  // Tables that must not forget have no room, so the newcomer is refused.
  replay_memory_full,
  peers_full,
  subscriptions_full,
  unaccepted_full,
  sessions_full,
  handshakes_full,
  address_full,
  reassemblies_full,
  // Who may have a session, and how one ended.
  unknown_device,
  wrong_key,
  weak_key,
  weak_wire,  // a warning: the session is up
  revoked,
  locked_out,
  rate_limited,
  handshake_timeout,
  idle,
  incomplete,
  sequence_exhausted,
  replaced,
  peer_closed,
  connection_lost,
  // The way to an MQTT broker.
  name_unknown,
  unreachable,
  connect_timeout,
  broker_silent,
  bad_credentials,
  not_authorized,
  broker_refused,
  broker_misbehaved,
  subscription_refused,
  tls_setup,
  tls_untrusted,
  tls_wrong_name,
  tls_failed,
  // How a publish ended.
  no_subscriber,
  no_acknowledgement,
  peer_silent,
  peer_lost,
  closed,
  // The caller.
  too_large,
  queue_full,
  channels_full,
  retained_full,
  no_wall_clock,
  unknown_token,
  unknown_peer,
  not_connected,
  invalid_argument,
  not_supported,
  bad_topic,
  topic_not_allowed,
  length_shows,
  // The port.
  send_failed,
  count,
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::count);

// How often each reason was given. 32 bits, because a chip holds this too; they wrap.
class Counters {
 public:
  void add(Reason reason) { ++counts_[static_cast<std::size_t>(reason)]; }
  std::uint32_t operator[](Reason reason) const { return counts_[static_cast<std::size_t>(reason)]; }

 private:
  std::array<std::uint32_t, reason_count> counts_{};
};

}  // namespace tacit
