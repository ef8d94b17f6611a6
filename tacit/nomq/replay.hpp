#pragma once
#include "tacit/kit/table.hpp"
#include "tacit/kit/tick.hpp"
#include "tacit/kit/window.hpp"
#include "tacit/nomq/packet.hpp"

namespace tacit::nomq {

inline constexpr Ticks memory_lasts = ticks({120'000'000}) + Ticks{1};  // of the last packet, by the monotonic clock

// Everything remembered of one session whose packet ids count up (profile v1). QoS 0 counts on its own. The large
// window comes last: so all that a packet touches lies beside the session in its table, but for one word.
struct SessionMemory {
  Tick last;
  Window<64> at_most_once;
  Window<ids_in_flight_max> acknowledged;
};

// When a trace was seen, in 16 bits of which one is 65 ms: a table has many of them. They come round after 71 minutes,
// and then an old trace may be kept for two minutes more, which does no harm.
class SeenAt {
 public:
  SeenAt() = default;
  explicit SeenAt(Tick t) : count_(coarse(t)) {}
  bool gone(Tick now) const { return static_cast<std::uint16_t>(coarse(now) - count_) > coarse_memory; }

 private:
  static constexpr unsigned shift = 6;
  static constexpr std::uint32_t coarse_memory = (memory_lasts.count >> shift) + 1;  // never forgotten early
  static constexpr std::uint16_t coarse(Tick t) { return static_cast<std::uint16_t>(t.count >> shift); }
  std::uint16_t count_ = 0;
};

// One packet of those whose ids tell nothing about their order.
struct Trace {
  enum class Of : std::uint8_t { publish_nonce, subscribe, unsubscribe, heartbeat };
  SessionId session{};
  std::uint32_t value = 0;  // nonce or packet id
  Of of{};
  friend constexpr bool operator==(const Trace&, const Trace&) = default;
};

// Sessions, ids and nonces are random, and only who holds the key can choose them.
struct ReplayHash {
  std::size_t operator()(SessionId id) const { return static_cast<std::uint32_t>(id); }
  std::size_t operator()(const Trace& t) const { return static_cast<std::uint32_t>(t.session) ^ t.value; }
};

// Knows each packet that came before; specification section 16. No address is part of any key here: a
// copy that arrives from another address is the same packet.
//
// Nothing is forgotten early: where there is no room the newcomer is refused.
class Replay {
 public:
  using Sessions = Table<SessionId, SessionMemory, ReplayHash>;
  using Traces = Table<Trace, SeenAt, ReplayHash>;
  Replay(std::span<Sessions::Entry> sessions, std::span<Traces::Entry> traces) : sessions_(sessions), traces_(traces) {}

  enum class Sight : std::uint8_t { first, again };

  // A PUBLISH, by its id where ids count up and by its nonce otherwise. Only looks: the message may be
  // refused for another reason. Gives too_old and replay_memory_full.
  Result<Sight> look(const Header&, bool ids_count_up, std::uint32_t nonce, Tick now);
  // After look(), for the same packet: it has been told to the owner.
  void remember(const Header&, bool ids_count_up, std::uint32_t nonce, Tick now);

  // A packet that has an effect only once; remembered at once. Gives replay, replay_memory_full.
  Result<Done> once(const Header&, Trace::Of, Tick now);

 private:
  Result<Sight> look_counted(const Header&, Tick now);
  bool sweep(Tick now);

  Sessions sessions_;
  Traces traces_;
  Tick swept_;
};

}  // namespace tacit::nomq
