#pragma once
#include <algorithm>

#include "tacit/base/endpoint.hpp"
#include "tacit/kit/index.hpp"
#include "tacit/kit/list.hpp"
#include "tacit/kit/timers.hpp"
#include "tacit/nomq/body.hpp"
#include "tacit/nomq/identity.hpp"

// The nouns that a node remembers about others: peers, channels, what they listen to, what they owe.
namespace tacit::nomq {

struct Peer;
struct Channel;
struct Retained;
struct Slot;

// Tags of lists.
struct ByPeer;     // what belongs to a peer
struct ByChannel;  // … to a channel
struct BySlot;     // … to a message on its way out
struct Serving;    // who waits for retained messages
struct Speaking;   // peers to whom something is to be said
struct Owing;      // peers that began to owe a moment ago, or get something again
struct Retrying;   // messages that strangers get again
struct Reporting;  // peers of which the owner is to be told

// What fires; Timer::kind.
enum class Alarm : std::uint8_t { peer, slot, receipt, renewal, beat, discovery, moment, relief, pace, retained };

// A peer listens to a channel.
struct Interest : Link<ByPeer>, Link<ByChannel>, Link<Serving> {
  Peer* peer = nullptr;
  Channel* channel = nullptr;
  Slot* serving = nullptr;          // a retained message on its way to the peer
  std::uint32_t retained_next = 0;  // sequence of the first retained message that it has not had …
  std::uint32_t retained_end = 0;   // … and of the first that it need not have
  bool told_anew = false;           // since we last asked for all of the peer's subscriptions
  Interest* next_in_index = nullptr;

  bool lacks() const { return retained_next != retained_end; }
};

// One message that one peer has not yet acknowledged, or has. A stranger's debt (a publish to an address,
// and any of profile legacy) has no peer; it is retried with its slot.
struct Debt : Link<ByPeer>, Link<BySlot> {
  enum class State : std::uint8_t { publish_sent, pubrel_sent, settled, given_up };
  Slot* slot = nullptr;
  Peer* peer = nullptr;
  SessionId by{};  // who settled it
  Tick sent_at;
  State state{};
  bool repeated : 1 = false;  // the round trip of what was sent twice is nobody's measure
  bool alone : 1 = false;     // sent last to the peer alone, not to the group
  std::uint16_t order = 0;    // among what was sent the same way
  Debt* next_in_index = nullptr;

  bool open() const { return state <= State::pubrel_sent; }
  bool peer_has_it() const { return features.qos2 && state == State::pubrel_sent; }
};

// A way to a peer, as short as it can be kept. Until it is proven it gets no more bytes than came from it.
struct Route {
  Endpoint peer;
  Octets<16> local_ip{};
  std::uint32_t local_interface = 0;
  std::uint16_t local_port = 0;
  std::uint16_t credit : 15 = 0;  // bytes that came from it and were not yet answered
  bool proven : 1 = false;

  // A way that was not known before.
  void become(const Path& from);

  bool known() const { return peer.port != 0; }
  Path path() const;
  // Where the peer sent to is where it hears us from; what went to the group tells nothing about that.
  void take_local(const Path& from);

  void earn(std::size_t size) {
    credit = static_cast<std::uint16_t>(std::min<std::size_t>(credit + size, credit_max)) & credit_max;
  }
  static constexpr std::uint16_t credit_max = 0x7FFF;
  bool affords(std::size_t size) const { return proven || credit >= size; }
  void pay(std::size_t size) {  // what it affords
    if (!proven) credit = static_cast<std::uint16_t>(credit - size) & credit_max;
  }
};

// RFC 6298, in microseconds. Where an owner accepts late the measure is of the owner, and no reason to wait longer than
// for who is silent.
class RoundTrip {
 public:
  static constexpr std::int32_t shortest_us = 10'000;  // between two tries

  void measure(Ticks sample) {
    const auto us = static_cast<std::int32_t>(sample.count * 1024);
    if (smoothed_us_ == 0) {
      smoothed_us_ = us, variation_us_ = us / 2;
    } else {
      const std::int32_t off = us - smoothed_us_;
      variation_us_ += ((off < 0 ? -off : off) - variation_us_) / 4;
      smoothed_us_ += off / 8;
    }
    if (smoothed_us_ == 0) smoothed_us_ = 1;
  }
  Ticks wait() const {
    if (smoothed_us_ == 0) return ticks({300'000});
    // Half a round trip at least is added, as the clock's granularity is in the RFC: with the jitter of the wait taken
    // off, what is on its way in a steady network is still not sent again.
    const std::int32_t patience = std::max(4 * variation_us_, smoothed_us_ / 2);
    return ticks({std::clamp(smoothed_us_ + patience, shortest_us, longest_us)});
  }
  Duration smoothed() const { return {smoothed_us_}; }  // 0: not measured

 private:
  static constexpr std::int32_t longest_us = 8'000'000;
  std::int32_t smoothed_us_ = 0, variation_us_ = 0;
};

// The HEARTBEAT that we owe a peer.
struct OwedAnswer {
  Tick due;
  PacketId to{};        // 0: none is owed
  ChannelId channel{};  // as asked
  bool to_candidate = false;
};

// What is known of a peer, and is forgotten with it all at once.
struct Acquaintance {
  enum class Presence : std::uint8_t { free, present, lost };

  // Our asks, the last two: an answer to one within 5 s proves the way that it went.
  struct Ask {
    PacketId id{};
    Tick at;
    bool to_candidate = false;
  };

  Tick heard_at;
  Tick ask_due;
  Ticks ask_wait{};             // the wait after the next ask; 0: nothing to ask
  std::uint32_t told = 0;       // XOR of its subscriptions, as it says
  std::uint32_t known = 0;      // … as we know them
  std::uint32_t anew = 0;       // … of those told since we began to ask
  std::uint32_t serving = 0;    // interests that lack retained messages
  std::uint32_t tell_next = 0;  // the next of our subscriptions to tell it
  Ticks wait{};                 // before the next retry; grows while nothing is acknowledged
  Tick silent_since;            // it owes, and has acknowledged nothing
  RoundTrip round_trip;
  OwedAnswer answer;
  std::array<std::uint16_t, 2> sent{};  // how often something that it owes: to the group, and to it alone
  std::array<Ask, 2> asked{};

  Presence presence{};
  std::uint8_t unanswered = 0;    // asks after three silent intervals
  std::uint8_t lacking_asks = 0;  // how often we asked for its subscriptions
  bool telling = false;
  bool overfull = false;                                  // no room for all its subscriptions: we stop asking for them
  bool appeared = false, went = false, returned = false;  // to be reported
  bool just_proven = false;                               // what waits for it may leave
  bool from_2000 = false;                                 // legacy: from when its clock counts
  bool answered_before = false;                           // legacy: we owed it an answer before …
  Tick last_answer;                                       // … and when

  Route address;    // where it gets what it is owed
  Route candidate;  // where it was heard since, until that is proven
};

// A session that was heard. It is on one list: free, present or lost; Peers says which.
struct Peer : Link<>, Link<Speaking>, Link<Owing>, Link<Reporting>, Timer, Acquaintance {
  // What it is found by: its session, and the one before its last renewal.
  struct Name {
    SessionId session{};
    Peer* peer = nullptr;
    Name* next_in_index = nullptr;
  };

  List<Interest, ByPeer> interests;
  // For an acknowledgement, the first sent first: of what went to the group, and of what went to it alone. The two
  // arrive at different sockets, so their order among each other says nothing.
  std::array<List<Debt, ByPeer>, 2> waiting;
  List<Debt, ByPeer> again;   // to be sent again
  List<Debt, ByPeer> closed;  // settled or given up, of messages that others still owe
  Name current, previous;

  bool owes() const { return features.publisher && (!waiting[0].empty() || !waiting[1].empty() || !again.empty()); }
  Interest* first_interest() const { return features.publisher ? interests.front() : nullptr; }
};

// A channel that we hear, that a peer hears, or of which we keep messages.
struct Channel : Link<> {
  ChannelId id{};
  std::string_view name;  // ours; lives with its owner
  std::uint32_t own = 0;  // its place among our subscriptions, from 1; 0: not subscribed
  std::uint8_t priority = 0;
  std::uint8_t retained_count = 0;
  List<Interest, ByChannel> audience;
  List<Retained> retained;
  Channel* next_in_index = nullptr;

  bool idle() const { return own == 0 && audience.empty() && retained_count == 0; }
};

// A message that the publisher keeps for who subscribes later.
struct Retained : Link<> {
  Channel* channel = nullptr;
  std::uint32_t sequence = 0, published_s = 0;
  std::uint16_t ttl_s = 0, size = 0;
  Qos qos{};
  std::uint8_t priority = 0;
  MutBytes memory;
};

// Profile legacy: a board takes about nine packets a second, so what we send of our own accord leaves at
// most eight times a second.
class Pace {
 public:
  bool take(Tick now) {
    if (started_ && now - last_ < gap) return false;
    last_ = now;
    return started_ = true;
  }
  Tick next() const { return last_ + gap; }

 private:
  static constexpr Ticks gap = ticks({125'000}) + Ticks{1};  // a span of ticks is rounded down
  Tick last_;
  bool started_ = false;
};

// What all parts of a node share. It is the node's, and lives in it: what is referred to by all should be one step
// away.
struct Common {
  Common(const Config& chosen, crypto::Random& dice, std::span<DueTimer> heap)
      : config(chosen), random(dice), timers(heap), self(dice) {}
  Common(const Common&) = delete;  // its parts point here
  Common& operator=(const Common&) = delete;

  const Config config;
  crypto::Random& random;
  Timers timers;
  Identity self;
  bool group_from_2000 = false;  // legacy: how the group is taken to count, as the peer heard last
  Pace pace{};
  Timer pace_alarm{static_cast<std::uint8_t>(Alarm::pace)};
  Counters counters;

  // May a packet of our own accord leave now? Always in profile v1; asked again when it may.
  bool paced(Tick now) {
    if (!legacy() || pace.take(now)) return true;
    timers.set_by(pace_alarm, pace.next());
    return false;
  }

  PacketId fresh_id() { return PacketId{random.value<std::uint32_t>()}; }
  bool legacy() const { return features.legacy && config.profile == Profile::legacy; }
  Profile profile() const { return features.legacy ? config.profile : Profile::v1; }
  Epoch epoch() const { return legacy() ? config.epoch : Epoch::unix_1970; }
  // `base` give or take so many percent.
  Ticks about(Ticks base, std::uint32_t percent) {
    return {base.count * (100 - percent + random.value<std::uint32_t>() % (2 * percent + 1)) / 100};
  }
};

}  // namespace tacit::nomq
