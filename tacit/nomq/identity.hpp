#pragma once
#include "tacit/kit/tick.hpp"
#include "tacit/nomq/packet.hpp"

namespace tacit::nomq {

inline constexpr Ticks session_lifetime = ticks({300'000'000}), own_memory = ticks({120'000'000});

// Who we are: a session id, random at start and renewed every 300 s, and the packet ids that count up in
// it. Specification section 16, Identity.
class Identity {
 public:
  explicit Identity(crypto::Random& random)
      : random_(random), session_(some_session(random)), next_at_most_once_(random.value<std::uint32_t>()),
        next_acknowledged_(random.value<std::uint32_t>()) {}

  SessionId session() const { return session_; }
  SessionId previous() const { return previous_; }  // 0 before the first renewal
  // A packet under this session is our own, brought back by the network.
  bool ours(SessionId session, Tick now) const {
    return session == session_ || (session == previous_ && now - renewed_ < own_memory);
  }

  PacketId next_at_most_once() const { return PacketId{next_at_most_once_}; }
  PacketId next_acknowledged() const { return PacketId{next_acknowledged_}; }
  void take_at_most_once() { ++next_at_most_once_; }
  void take_acknowledged() { ++next_acknowledged_; }

  // A new session. `far(id)` says whether ids may start there: far from any that is still pending.
  template <class Far> void renew(Tick now, Far far) {
    previous_ = session_;
    renewed_ = now;
    do session_ = some_session(random_);
    while (session_ == previous_);
    next_at_most_once_ = random_.value<std::uint32_t>();
    do next_acknowledged_ = random_.value<std::uint32_t>();
    while (!far(PacketId{next_acknowledged_}));
  }

  // For tests and conformance, where what was random is given.
  void become(SessionId session, PacketId next_acknowledged) {
    session_ = session;
    next_acknowledged_ = static_cast<std::uint32_t>(next_acknowledged);
  }

 private:
  static SessionId some_session(crypto::Random& random) {
    SessionId session{};
    while (session == SessionId{})
      session = SessionId{random.value<std::uint32_t>()};  // 0 says in a HEARTBEAT that there is none
    return session;
  }

  crypto::Random& random_;
  SessionId session_, previous_{};
  Tick renewed_{};
  std::uint32_t next_at_most_once_, next_acknowledged_;
};

}  // namespace tacit::nomq
