#pragma once
#include "tacit/usmp/handshakes.hpp"
#include "tacit/usmp/hub_sessions.hpp"
#include "tacit/usmp/key_cache.hpp"

namespace tacit::usmp {

// How much of everything, and what happens when it is used up. The defaults suit a chip that serves a few devices.
struct HubSizes {
  std::size_t sessions = 8;      // a further one is refused: sessions_full
  std::size_t handshakes = 4;    // a further one displaces another; TCP connections that said nothing among them
  std::size_t connections = 8;   // TCP: as many as the port has
  std::size_t keys = 4;          // ready for use; more of them make traffic cheaper, and nothing else
  std::size_t messages = 8;      // to devices, not acknowledged yet; send() gives queue_full
  std::size_t reassemblies = 4;  // messages from devices that come in parts; a further one waits or comes again
  std::size_t origins = 16;      // addresses; at least sessions + handshakes, lest devices be refused for this alone
  std::size_t records = 16;      // of devices that failed or succeeded somewhere
  std::size_t events = 4;        // input() stops
  std::size_t answers = 4;       // input() stops
};

constexpr std::size_t buckets_of(std::size_t elements) {
  std::size_t buckets = 1;
  while (buckets < elements) buckets *= 2;
  return buckets;
}

inline constexpr std::size_t handshake_frame_size_max = frame_size_of<Challenge>;

// What a hub owes at once to where a datagram came from: an acknowledgement, and perhaps a HELLO_RETRY behind it.
struct HubAnswer {
  Path path;
  HubSession* session = nullptr;  // whose frame was acknowledged; what it has to say then leaves ahead of that
  std::uint8_t owed_size = 0, retry_size = 0;  // 0: none
  std::array<std::uint8_t, acknowledgement_size + acknowledgement_mac_size> owed{};
  std::array<std::uint8_t, frame_size_of<HelloRetry>> retry{};
};

struct HubOutgoing : Outgoing {
  SessionRef session;
  DeviceId device{};
};

// A TCP connection, as long as the port has it.
struct HubConnection : Link<> {
  ConnectionId id;
  bool open = false, closing = false;
  Handshake* handshake = nullptr;  // or
  HubSession* session = nullptr;
};

// The hub's whole memory, borrowed. A device takes it from a static HubMemory, a host from the heap once.
struct HubTables {
  HubSessions::Tables sessions;
  Handshakes::Tables handshakes;
  Admission::Tables admission;
  std::span<HubConnection> connections;
  std::span<KeyCache::Entry> keys;
  std::span<KeyCache::Entry*> key_buckets;
  std::span<HubOutgoing> messages;
  std::span<Reassembly> reassemblies;
  MutBytes message_memory;  // message_size_max for each message and each reassembly
  std::span<HubEvent> events;
  std::span<HubAnswer> answers;
  std::span<DueTimer> timers;  // one for each session and handshake
};

// All zero to begin with, so that a device has it `constinit`.
template <HubSizes Of> struct HubMemory {
  std::array<HubSession, Of.sessions> sessions{};
  std::array<HubSession*, buckets_of(Of.sessions)> id_buckets{}, device_buckets{};
  std::array<Place*, buckets_of(Of.sessions)> place_buckets{};
  std::array<Handshake, Of.handshakes> handshakes{};
  std::array<Handshake*, buckets_of(Of.handshakes)> handshake_buckets{};
  std::array<Origin, Of.origins> origins{};
  std::array<Origin*, buckets_of(Of.origins)> origin_buckets{};
  std::array<Record, Of.records> records{};
  std::array<Record*, buckets_of(Of.records)> record_buckets{};
  std::array<HubConnection, Of.connections> connections{};
  std::array<KeyCache::Entry, Of.keys> keys{};
  std::array<KeyCache::Entry*, buckets_of(Of.keys)> key_buckets{};
  std::array<HubOutgoing, Of.messages> messages{};
  std::array<Reassembly, Of.reassemblies> reassemblies{};
  std::array<std::uint8_t, message_size_max*(Of.messages + Of.reassemblies)> message_memory{};
  std::array<HubEvent, Of.events> events{};
  std::array<HubAnswer, Of.answers> answers{};
  std::array<DueTimer, Of.sessions + Of.handshakes> timers{};

  HubTables tables() {
    return {{sessions, id_buckets, device_buckets, place_buckets},
            {handshakes, handshake_buckets},
            {origins, origin_buckets, records, record_buckets},
            connections,
            keys,
            key_buckets,
            messages,
            reassemblies,
            message_memory,
            events,
            answers,
            timers};
  }
};

}  // namespace tacit::usmp
