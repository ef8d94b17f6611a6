#pragma once
#include <utility>

#include "tacit/kit/backoff.hpp"
#include "tacit/kit/drop_notices.hpp"
#include "tacit/kit/stream.hpp"
#include "tacit/usmp/client_event.hpp"
#include "tacit/usmp/session.hpp"

namespace tacit::usmp {

struct ClientConfig {
  DeviceId device{};
  // Both: version 2 and, where that is not answered, version 1, which is weak; every attempt says which it is.
  Wires wires = Wires::v2;
  Duration handshake_within{10'000'000};
  // Whether to connect again after a session or an attempt that ended, but for close(): after 2 s, doubled by each
  // attempt that failed up to 32 s, a fifth more or less at random.
  bool reconnect = true;
  // Zero: never. Of `probe` see Patience.
  Duration keepalive{30'000'000}, probe{45'000'000}, idle_after{100'000'000};
  Duration assembly_within{15'000'000};
  // Whether the server takes a REKEY while frames are in flight: ours do, the originals do not. Where it does, keys
  // change before a counter runs out; where it does not, the client connects anew.
  bool server_takes_rekey = false;
};

struct ClientSizes {
  std::size_t messages = 2;                         // that wait or are in flight; send() gives queue_full
  std::size_t message_bytes = fragment_size_max;    // longest to send; send() gives too_large
  std::size_t reassembly_bytes = message_size_max;  // longest in fragments to receive; refused as too_large
};

// The client's memory, borrowed.
struct ClientTables {
  std::span<Outgoing> messages;
  MutBytes message_memory;  // each message gets an equal part
  Reassembly* reassembly = nullptr;
  MutBytes reassembly_memory;
};

// All zero to begin with, so that a device has it `constinit`.
template <ClientSizes Of> struct ClientMemory {
  std::array<Outgoing, Of.messages> messages{};
  std::array<std::uint8_t, Of.messages * Of.message_bytes> message_memory{};
  Reassembly reassembly{};
  std::array<std::uint8_t, Of.reassembly_bytes> reassembly_memory{};

  ClientTables tables() { return {messages, message_memory, &reassembly, reassembly_memory}; }
};

// The client's side of a session, and of all that follow it: specification sections 3, 4, 7 and 8. This is what both
// transports have in common; a program has a DatagramClient or a StreamClient. Every verb is followed by a drain().
//
//   Down --connect()--> AwaitStream --connected()--> AwaitChallenge --CHALLENGE--> AwaitSessionOk --SESSION_OK--> Up
//                      (streams only)                  |   ^                         |                            |
//                                                      +---+ HELLO_RETRY             |                            |
//   Waiting <----- whatever ends one of these, if it is to connect again ------------+----------------------------+
//      +-- its time has come --> AwaitStream or AwaitChallenge
//
// Leaving a state wipes its secrets, and each attempt has keys of its own. What is said before a session is up proves
// nothing. So over datagrams no acknowledgement stops a HELLO or HELLO_ACK from leaving again: only an answer does, and
// only the end of the time for a handshake ends it.
class Client {
 public:
  using Event = ClientEvent;

  // --- The owner's verbs ---

  // Does nothing while an attempt or a session is there. Where the client waits before the next attempt, that begins
  // now.
  void connect(const Now&);
  // BYE leaves, and nothing is attempted any more; Disconnected follows where there was an attempt or a session.
  void close(const Now&);

  // Copies the message, which may be empty; exactly one Outcome follows. Gives not_connected, too_large, queue_full.
  Result<Handle> send(Bytes message, const Now&);
  Result<Done> ping(const Now&);   // Answered follows, or Disconnected; gives not_connected
  Result<Done> rekey(const Now&);  // gives not_connected, not_supported (version 1, or left out)

  // --- What every machine has ---

  std::optional<Event> poll_event();
  void timeout(const Now&);
  std::optional<Instant> next_timeout() const;

  // --- Views ---

  bool is_down() const { return std::holds_alternative<Down>(state_); }  // nothing is attempted, no session is there
  const Session* session() const {                                       // the one that is up, or null
    const Up* up = std::get_if<Up>(&state_);
    return up ? &up->session : nullptr;
  }
  const Counters& counters() const { return counters_; }

 protected:
  // Everything handed in outlives the client.
  Client(Transport, const ClientConfig&, const Psk&, const ClientTables&, crypto::Random&);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  Tick at(const Now&);
  Wires accepted() const { return only(wire_); }
  // One frame or acknowledgement makes one event at most; Disconnected and Connected have places of their own.
  bool has_room() const { return !happened_ && !ended_ && !connected_; }
  void begin_input();
  void on_frame(const Frame&, Tick now);
  void on_acknowledgement(Bytes datagram, Tick now);
  void drop(Reason, Tick now);

  std::size_t next_size(Tick now) const;  // of what is to leave next; 0: nothing
  void put_next(MutBytes out, Tick now);  // `out` has that size

  bool wants_stream_now() const;
  void stream_is_there(Tick now);
  void stream_is_gone(Tick now);
  void fail(Reason, Tick now);  // the attempt or the session is over

 private:
  struct Down {};
  struct Waiting {
    Tick until;
  };
  struct AwaitStream {};
  struct AwaitChallenge {
    Hello hello;
    Secret<32> private_key;
  };
  struct AwaitSessionOk {
    Exchange exchange;
    Keys keys;
  };
  struct Up {
    Up(Lender& lender, Session::Start&& start, Tick now) : session(lender, std::move(start), now) {}
    Session session;
  };
  // What of a handshake leaves again and again.
  struct Saying {
    Tick again_at, give_up_at;
    std::uint8_t transmissions = 0;
  };

  Result<Done> on_handshake_frame(const Frame&, Tick now);
  Result<Done> on_hello_retry(const Frame&, Tick now);
  Result<Done> on_challenge(const Frame&, Tick now);
  Result<Done> on_session_ok(const Frame&, Tick now);
  void say_now(Tick now) { saying_.again_at = now, saying_.transmissions = 0; }
  void owe(const Frame& frame);
  void on_session_frame(Session&, const Frame&, Tick now);
  void after_session(Tick now);

  void begin_attempt(Tick now);
  void begin_handshake(Tick now);
  std::size_t handshake_size(Tick now) const;
  void put_handshake(MutBytes out, Tick now);
  Stage stage() const;
  Session* up() {
    Up* up = std::get_if<Up>(&state_);
    return up ? &up->session : nullptr;
  }
  std::uint32_t seq(std::uint32_t in_version_2) const { return is_wire_1(wire_) ? 0 : in_version_2; }

  const ClientConfig config_;
  const Psk& psk_;
  crypto::Random& random_;
  std::array<KeyCache::Entry, 2> key_entries_{};
  std::array<KeyCache::Entry*, 2> key_buckets_{};
  KeyCache keys_{key_entries_, key_buckets_};
  List<Outgoing> free_, finished_;
  List<Reassembly> reassemblies_;
  Lender lender_;
  std::variant<Down, Waiting, AwaitStream, AwaitChallenge, AwaitSessionOk, Up> state_;
  Saying saying_;
  Acknowledgement owed_;  // of a handshake's frame
  Backoff backoff_{{2'000'000}, {32'000'000}};
  DropNotices drop_notices_;
  Counters counters_;
  std::optional<Event> happened_;
  std::optional<Disconnected> ended_;
  std::optional<SessionId> connected_;
  Reassembly* joined_ = nullptr;  // of the message that happened
  Instant latest_;
  std::uint32_t next_handle_ = 0;
  const Transport transport_;
  Wire wire_;
  bool wanted_ = false;  // connect() was called, and not close()
  bool stream_ = false;
  bool trying_ = false, weak_ = false;  // events that are to come
};

// Over UDP. Datagrams from elsewhere are refused as unknown_peer.
class DatagramClient final : public Client {
 public:
  DatagramClient(const ClientConfig& config, const Psk& psk, const Path& server, const ClientTables& tables,
                 crypto::Random& random)
      : Client(Transport::datagrams, config, psk, tables, random), server_(server) {}

  std::size_t input(std::span<Datagram>, const Now&);
  void poll_transmit(Outbox&, const Now&);

 private:
  Path server_;
};
static_assert(DatagramMachine<DatagramClient>);

// Over TCP; kit/stream.hpp says what a port does for it. Less than a frame is not consumed, and at most 492 bytes are.
class StreamClient final : public Client {
 public:
  StreamClient(const ClientConfig& config, const Psk& psk, const ClientTables& tables, crypto::Random& random)
      : Client(Transport::stream, config, psk, tables, random) {}

  std::size_t input(MutBytes, const Now&);
  std::size_t poll_transmit(MutBytes, const Now&);  // whole frames; at least 492 bytes are room for any

  bool wants_stream() const { return wants_stream_now(); }
  void connected(const Now& now) { stream_is_there(at(now)); }
  void disconnected(const Now& now) { stream_is_gone(at(now)); }
};
static_assert(ConnectingMachine<StreamClient>);

}  // namespace tacit::usmp
