#pragma once
#include "tacit/base/time.hpp"
#include "tacit/nomq/features.hpp"

namespace tacit::nomq {

// Chosen by the owner and never guessed per packet: one profile per node and per key.
enum class Profile : std::uint8_t {
  v1,      // what README and paper promise, made to work: specification section 16
  legacy,  // talks to boards that run the original code
};

// From when a legacy board counts the seconds of its packets; section 5. Profile v1 is always unix.
enum class Epoch : std::uint8_t {
  unix_1970,
  y2000,      // ESP32 and ESP8266
  automatic,  // accepts both, answers each peer in its own
};
inline constexpr std::uint32_t seconds_1970_to_2000 = 946'684'800;

// What becomes of a message that may already have been delivered before this node last started.
enum class AcrossRestart : std::uint8_t {
  at_least_once,  // delivered, and marked `maybe_repeated`
  at_most_once,   // refused as before_start: deaf to messages for the first 30 s, but for retained ones
};

struct Config {
  Profile profile = Profile::v1;
  Epoch epoch = Epoch::unix_1970;
  AcrossRestart across_restart = AcrossRestart::at_least_once;
  // A QoS 1 or 2 message is acknowledged when the owner calls accept(token), and not before.
  bool manual_acknowledgement = false;
  // Legacy: boards never tell that they subscribe, so retained messages are sent to the group again each
  // time so much time has passed. Zero: never.
  Duration legacy_retained_every{};
  // Legacy: drop what its TTL says is over. Boards do not, and some have odd clocks.
  bool legacy_enforce_ttl = false;
};

}  // namespace tacit::nomq
