#pragma once
#include <variant>

#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/key_cache.hpp"
#include "tacit/usmp/keys.hpp"
#include "tacit/usmp/outgoing.hpp"
#include "tacit/usmp/receive_window.hpp"
#include "tacit/usmp/round_trip.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::usmp {

inline constexpr std::size_t rekey_salt_size = 32;

enum class Transport : std::uint8_t { datagrams, stream };
// Where they differ, this is asked: a program that has one transport is rid of the difference.
constexpr bool is_stream(Transport transport) {
  return features.stream && (transport == Transport::stream || !features.datagrams);
}

// Zero: never.
struct Patience {
  Ticks keepalive;  // nothing sent for so long: a PING, so that others see that we are here
  Ticks probe;      // nothing authentic heard for so long: a PING, so that the peer has something to say
  Ticks watchdog;   // nothing authentic heard for so long: the session is over, `idle`
  Ticks assembly;   // a message in fragments stands still for so long: the session is over, `incomplete`
};

// What sessions borrow, one for all that have the same owner: a client has one session, a server many. A session has
// no memory for messages and no expanded key of its own.
struct Lender {
  KeyCache& keys;
  crypto::Random& random;
  List<Outgoing>& free;            // none: send() gives queue_full
  List<Outgoing>& finished;        // comes here when it is known what became of it; the owner tells and frees it
  List<Reassembly>& reassemblies;  // free ones; none: a first fragment is refused as reassemblies_full
  Patience patience;
};

// What an authentic frame brought.
struct Received {
  enum class What : std::uint8_t { nothing, message, pong } what = What::nothing;
  bool newest = false;           // its sequence number is greater than all before: the peer is where it came from
  Bytes message;                 // in the frame or, joined from fragments, in `joined`
  Reassembly* joined = nullptr;  // the owner pushes it to `reassemblies` when the message was handled
  Ticks round_trip;              // pong
};

// One session after its handshake, on either side, over either transport, in either version: specification sections 5
// to 8. It knows no address and no socket; its owner decodes frames and says where answers go.
//
//   Frame -> receive() -> Received             put_acknowledgement() -> UTACK, prompt, to where the frame came from
//   UTACK -> receive_acknowledgement()                   put_frame() -> the next frame, or the last one once more
//
// After every call that takes a Tick the owner looks at ended(), and then asks for what is to leave until there is
// nothing: the acknowledgement and frames, in the order that frame_goes_first() says.
//
// Over datagrams one frame is in flight; it leaves again, the same bytes, until it is acknowledged. Nothing is
// acknowledged before it is authentic and taken; what was taken is acknowledged as often as it comes. A frame that is
// refused is as if it had not come: it ends no session. Over a stream frames follow one another without a gap, and one
// that is refused ends the session under the reason that receive() gives.
//
// Keys change by REKEY, in states:
//
//   Settled --rekey(): REKEY leaves--> Rekeying --acknowledged; a stream: at once--> Settling
//   Settled --REKEY received--> Settling --first frame under the new keys--> Settled
//
// Settling keeps the keys of before: the peer's frames that were in flight are still opened and acknowledged, and our
// own one in flight is still sealed with them. Who began sends a PING, so that both settle soon. Where both begin at
// once the client's REKEY holds: it takes no other while its own is on its way, and the server gives up its own.
class Session {
 public:
  struct Start {
    Role role{};
    Transport transport{};
    Wire wire{};
    SessionId id{};
    Keys keys;
    RoundTrip round_trip;           // as the handshake saw it
    bool peer_takes_rekey = false;  // so it is initiated before a counter runs out; else that ends the session
  };

  // The lender outlives the session, which stays where it is.
  Session(Lender&, Start&&, Tick now);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();  // end(Reason::closed)

  // --- What the owner wants ---

  // Copies the message, 0 to 1808 bytes, behind those that wait. It ends in the list `finished`, whatever happens.
  // Gives too_large, queue_full, closed.
  Result<Done> send(Bytes message, Handle);
  // Received::pong follows, or the session ends. While a PING is unanswered no other leaves, and the answer is for all;
  // after that one waits until half a second is over since the last: a peer takes eight control frames a second, and
  // over a stream the ninth ends the session.
  void ping();
  // New keys and counters, as soon as nothing is in flight. Gives not_supported (version 1, or left out), closed.
  Result<Done> rekey();
  // Messages that have not left are given up as closed; BYE leaves, three times at most; then the session has ended.
  void close();
  // At once, and nothing leaves any more but an acknowledgement that is owed. What was not acknowledged is given up
  // under this reason.
  void end(Reason);

  // --- What came ---

  // `frame` is of this session's version, or at least its datagram is from the session's peer. Its payload is opened
  // where it lies. Gives bad_version, bad_type (not sealed), bad_length, bad_mac; duplicate (acknowledged again),
  // too_old, bad_sequence, wrong_state, rate_limited (more than eight control frames a second), reassemblies_full
  // (before anything is opened: over a stream, offer it again later instead), too_large, sequence_exhausted.
  Result<Received> receive(const Frame& frame, Tick now);
  // A stream: this frame would be refused as reassemblies_full. It is left where it is.
  bool must_wait(const Frame& frame) const;
  // A UTACK of a frame of type 5 or greater. True: it acknowledges what was in flight; with version 2 only the peer can
  // have made it, for this very frame. False: it is old, forged, or not for us.
  bool receive_acknowledgement(Bytes datagram, Tick now);

  // --- What is to leave; a size of 0 is nothing, and `out` has exactly that size ---

  std::size_t acknowledgement_size() const { return is_stream(transport_) ? 0 : owed_size_; }
  void put_acknowledgement(MutBytes out);

  // Whether a frame that is to leave now goes ahead of the acknowledgement. The two are then one run, since only its
  // last datagram may be shorter, and cost the way of one.
  bool frame_goes_first(Tick now) const;

  std::size_t frame_size(Tick now) const;
  void put_frame(MutBytes out, Tick now);
  // The frame in flight may leave once more at once, beside its retransmissions: its way has changed.
  void hurry() { flight_.hurried = flight_.sent; }

  // --- Time ---

  // When timeout() or put_frame() has something to do; nothing: never by itself.
  std::optional<Tick> due() const;
  void timeout(Tick now);

  // --- Views ---

  // Why it is over: peer_closed (BYE), closed (our own), idle, incomplete, no_acknowledgement, sequence_exhausted, what
  // end() was given and, over a stream, what receive() gave.
  std::optional<Reason> ended() const { return ended_; }
  bool idle() const { return queue_.empty() && !flight_.sent; }  // nothing waits or is in flight
  const SessionId& id() const { return id_; }
  Wire wire() const { return wire_; }
  Role role() const { return role_; }
  Tick heard_at() const { return heard_at_; }  // the last authentic frame or acknowledgement
  const RoundTrip& round_trip() const { return round_trip_; }

  // For tests and conformance: as if so many frames had been sent already.
  void skip_to(std::uint32_t next_seq) { current_.next_seq = next_seq; }

 private:
  // The keys between two REKEYs, and what was counted under them.
  struct Epoch {
    Keys keys;
    std::uint32_t next_seq = 0;
    ReceiveWindow received{};
  };
  struct Settled {};
  struct Rekeying {
    Secret<32> salt;
  };
  struct Settling {
    Epoch before;
    bool began = false;      // ours was the REKEY
    bool finishing = false;  // what was in flight, and the rest of its message, leaves under the keys of before
  };

  // The frame that left and is neither acknowledged nor given up. Over a stream it is there only while it is written.
  struct Flight {
    FrameType type{};
    bool sent = false, repeated = false, hurried = false;
    std::uint8_t transmissions = 0;
    std::uint32_t seq = 0;
    Tick first_sent, retry_at;
  };

  // An authentic frame, the keys that opened it, and whether it came before.
  struct Found {
    Opened frame;
    Epoch* epoch = nullptr;
    Sighting sighting{};
  };

  void give_up_messages(Reason);
  void drop_reassembly();
  bool may_ping() const;
  void heard(Tick now);

  Result<Received> take(const Frame&, Tick now);
  Result<Found> find(const Frame&);
  Result<Found> find_under(Epoch&, const Frame&);
  Result<Found> find_while_settling(const Frame&);
  Result<Found> find_while_rekeying(const Frame&);
  Result<Done> handle(const Found&, Received&, Tick now);
  Result<Done> on_data(const Opened&, Received&, Tick now);
  Result<Done> on_control(const Found&, Received&, Tick now);
  void owe(const Opened&, const Epoch&);

  static unsigned transmissions_of(FrameType);
  bool mid_message() const;
  Epoch& sending();
  bool rekey_due() const;
  Rekeying* rekeying() { return features.rekey ? std::get_if<Rekeying>(&change_) : nullptr; }
  const Rekeying* rekeying() const { return features.rekey ? std::get_if<Rekeying>(&change_) : nullptr; }
  std::optional<FrameType> next_type() const;
  static FrameType type_of(const Outgoing&);
  std::size_t text_size(FrameType) const;
  Bytes text_in_flight() const;
  void begin_flight(FrameType, Tick now);
  void complete();

  const Secret<32>& send_key(const Epoch& epoch) const { return epoch.keys.of(role_); }
  const Secret<32>& receive_key(const Epoch& epoch) const { return epoch.keys.of(other(role_)); }
  Epoch derived(const Epoch& from, Bytes salt, Role initiator) const;
  Result<Done> may_follow(Bytes salt, const Epoch&) const;
  void follow(Bytes salt, const Epoch&);
  void change_to(Epoch&& next, bool began);
  void settle();
  void forget_expanded();

  // The lender, and what a message without fragments seldom touches, come first; the last of them is which keys there
  // are. Behind it is what each message touches: see HubSession.
  Lender& lender_;
  RoundTrip round_trip_;
  Tick assembled_at_, pinged_at_, controls_since_;
  std::uint32_t next_fragment_seq_ = 0;
  std::variant<Settled, Rekeying, Settling> change_;

  Epoch current_;
  SessionId id_;
  List<Outgoing> queue_;
  Reassembly* reassembly_ = nullptr;
  Flight flight_;
  Tick sent_at_, heard_at_, probed_at_;
  std::array<std::uint8_t, usmp::acknowledgement_size + acknowledgement_mac_size> owed_{};  // an acknowledgement
  std::uint8_t owed_size_ = 0;
  std::uint8_t controls_ = 0, pongs_owed_ = 0;
  Role role_;
  Transport transport_;
  Wire wire_;
  bool ping_wanted_ = false, ping_waits_ = false, pinged_ = false, pinged_lately_ = false;
  bool rekey_wanted_ = false, bye_wanted_ = false;
  bool peer_takes_rekey_;
  std::optional<Reason> ended_;
};

}  // namespace tacit::usmp
