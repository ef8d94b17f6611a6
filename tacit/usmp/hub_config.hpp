#pragma once
#include "tacit/usmp/admission.hpp"
#include "tacit/usmp/session.hpp"

namespace tacit::usmp {

struct HubConfig {
  // Whether any device may use version 1; which ones, provide() says. Over UDP its handshake has no cookie: an address
  // that proved nothing may cause a key exchange, and gets 159 bytes for 50.
  bool wire1 = false;
  // A TCP connection has to begin its handshake so soon; a handshake has to end so soon.
  Duration first_frame_within{3'000'000}, handshake_within{10'000'000};
  // Nothing authentic for so long ends a session. The originals' devices speak every 30 s.
  Duration idle_after{90'000'000};
  // A message in fragments that stands still for so long ends the session.
  Duration assembly_within{15'000'000};
  Admission::Limits limits{};
  // Sessions of one device at a time, wherever it is; a further one replaces that which was silent for longest. A
  // device that comes back to the address and port of an old session replaces that.
  std::uint16_t sessions_per_device = 8;
  // Messages to one session that have not ended; a further one gives queue_full.
  std::uint16_t messages_per_session = 8;
  // All session ids begin with this byte, so that what comes for a session can be steered to the hub that has it.
  std::optional<std::uint8_t> shard{};
};

}  // namespace tacit::usmp
