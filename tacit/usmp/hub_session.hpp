#pragma once
#include "tacit/kit/prefetch.hpp"
#include "tacit/kit/stream_hub.hpp"
#include "tacit/kit/timers.hpp"
#include "tacit/usmp/admission.hpp"
#include "tacit/usmp/hub_event.hpp"

namespace tacit::usmp {

struct Handshake;
struct HubSession;

// What a timer of a hub is for.
enum class Alarm : std::uint8_t { handshake, session };

struct Telling {};   // the owner has still to be told of a change: on the list of these
struct Speaking {};  // has something to send

// Finds what is at an address. Not by the address alone: see salted_hash().
struct PlaceKey {
  Endpoint peer;
  std::uint32_t hash = 0;
  friend bool operator==(const PlaceKey&, const PlaceKey&) = default;
};

// An address of a session.
struct Place {
  bool known = false;  // it is found by its address
  std::uint32_t hash = 0;
  HubSession* session = nullptr;
  Place* next_in_index = nullptr;
  Path path;
};

// One session of a hub: what belongs to where it is and whose it is. What is said in it is Session's. Of very many
// sessions each is far from the processor when it speaks; so what a message touches lies together, from `session` to
// the front of `candidate`, and the rest before and behind it.
struct HubSession : Link<>, Link<Telling>, Link<Speaking>, Timer {
  enum class State : std::uint8_t {
    free,
    promised,   // the device has proven its key, and SESSION_OK is on its way
    connected,  // it has arrived
    over,       // ended; the owner has not been told yet
  };

  std::optional<Session> session;

  State state = State::free;
  bool tell_connected = false, tell_weak = false, tell_moving = false, tell_moved = false, tell_answered = false;
  bool ping_wanted = false;    // by the owner
  std::uint16_t outgoing = 0;  // messages that have not ended
  Transport transport{};
  Wire wire{};
  Reason reason{};  // over: why
  std::uint32_t slot = 0, generation = 0;
  DeviceId device{};
  std::optional<Tick> wakes_at;  // when its timer fires; the heap, which knows it too, is far away
  std::uint64_t id_front = 0;    // the eight bytes of its id that are in every nonce
  HubSession* next_by_id = nullptr;
  Place home;  // where its device is; a stream is not found by it
  // From where an authentic and newer frame came, and what has not proven that it can hear. Until then it gets no more
  // bytes than came from there, and one frame for each.
  Place candidate;
  std::uint32_t credit = 0;  // bytes that it may get
  bool frame_owed = false;   // a frame came for which none left yet
  bool asked = false;        // one has left: a right acknowledgement proves the address
  Endpoint moved_from;
  Ticks round_trip;

  std::uint32_t device_hash = 0;
  HubSession* next_by_device = nullptr;
  KeyTag key{};
  Origin* origin = nullptr;
  Handshake* handshake = nullptr;  // promised
  ConnectionId connection;         // a stream

  SessionRef ref() const { return {slot, generation}; }
  void prefetch() const { tacit::prefetch(&session, &candidate.known + 1); }  // what a message touches
};

}  // namespace tacit::usmp
