#include "tacit/usmp/hub.hpp"

#include <utility>

namespace tacit::usmp {

namespace {

Secret<32> random_secret(crypto::Random& random) {
  Secret<32> secret;
  random.fill(secret.fill());
  return secret;
}

}  // namespace

Hub::Hub(const HubConfig& config, const HubTables& tables, crypto::Random& random)
    : config_(config), random_(random), salt_(random.value<std::uint32_t>()), timers_(tables.timers),
      admission_(tables.admission, config.limits, salt_), handshakes_(tables.handshakes, salt_),
      sessions_(tables.sessions, salt_), cookies_(random_secret(random)), keys_(tables.keys, tables.key_buckets),
      lender_{keys_,
              random_,
              free_messages_,
              finished_,
              reassemblies_,
              {.keepalive = {},
               .probe = {},
               .watchdog = ticks(config.idle_after),
               .assembly = ticks(config.assembly_within)}},
      connections_(tables.connections), events_(tables.events), answers_(tables.answers) {
  MutBytes memory = tables.message_memory;
  const auto cut = [&memory] {
    const MutBytes piece = memory.first(message_size_max);
    memory = memory.subspan(message_size_max);
    return piece;
  };
  for (HubOutgoing& message : tables.messages) {
    message.memory = cut();
    free_messages_.push_back(message);
  }
  for (Reassembly& joined : tables.reassemblies) {
    joined.memory = cut();
    reassemblies_.push_back(joined);
  }
}

Hub::~Hub() {
  sessions_.for_each([](HubSession& s) { s.session.reset(); });
}

Result<Done> Hub::provide(Request request, std::span<const OfferedKey> keys, bool wire1, const Now& now) {
  Handshake* handshake = handshakes_.find(request);
  if (!handshake || !handshake->exchange || handshake->exchange->offered()) return Reason::unknown_id;
  ServerHandshake& exchange = *handshake->exchange;
  Result<Done> fit = Done{};
  if (keys.size() > ServerHandshake::keys_max) fit = Reason::invalid_argument;
  for (const OfferedKey& key : keys)
    if (const auto psk = Psk::of(key.psk); !psk) fit = psk.error();
  const bool allowed = fit && (exchange.wire() == Wire::v2 || wire1);
  exchange.offer(allowed ? keys : std::span<const OfferedKey>{}, random_);
  judge(*handshake, begin(now));
  return fit;
}

Result<Handle> Hub::send(SessionRef ref, Bytes message, const Now& now) {
  HubSession* s = find(ref);
  if (!s) return Reason::unknown_peer;
  Outgoing* place = free_messages_.front();
  if (!place || s->outgoing >= config_.messages_per_session) return Reason::queue_full;
  const Handle handle{next_handle_};
  if (const auto taken = s->session->send(message, handle); !taken) return taken.error();
  ++next_handle_;
  ++s->outgoing;
  auto& outgoing = static_cast<HubOutgoing&>(*place);  // the session took the first free one
  outgoing.session = ref;
  outgoing.device = s->device;
  attend(*s, begin(now));
  return handle;
}

Result<Done> Hub::ping(SessionRef ref, const Now& now) {
  HubSession* s = find(ref);
  if (!s) return Reason::unknown_peer;
  s->ping_wanted = true;
  s->session->ping();
  attend(*s, begin(now));
  return Done{};
}

Result<Done> Hub::rekey(SessionRef ref, const Now& now) {
  HubSession* s = find(ref);
  if (!s) return Reason::unknown_peer;
  const auto wanted = s->session->rekey();
  attend(*s, begin(now));
  return wanted;
}

Result<Done> Hub::close(SessionRef ref, const Now& now) {
  HubSession* s = find(ref);
  if (!s) return Reason::unknown_peer;
  s->session->close();
  attend(*s, begin(now));
  return Done{};
}

std::size_t Hub::close_device(const DeviceId& device, Reason reason, std::optional<KeyTag> only, const Now& now) {
  const Tick tick = begin(now);
  handshakes_.for_each([&](Handshake& handshake) {
    if (handshake.exchange && handshake.exchange->device() == device) refuse(handshake, reason, tick);
  });
  std::size_t closed = 0;
  sessions_.for_each_of(device, [&](HubSession& s) {
    if (!s.session || (only && s.key != *only)) return;
    finish(s, reason, tick);
    ++closed;
  });
  return closed;
}

void Hub::close_all(const Now& now) {
  const Tick tick = begin(now);
  sessions_.for_each([&](HubSession& s) {
    if (s.state != HubSession::State::connected) return;
    s.session->close();
    attend(s, tick);
  });
}

void Hub::timeout(const Now& now) {
  const Tick tick = begin(now);
  while (Timer* timer = timers_.pop_due(tick)) {
    if (static_cast<Alarm>(timer->kind) == Alarm::handshake) {
      on_alarm(static_cast<Handshake&>(*timer), tick);
    } else {
      auto& s = static_cast<HubSession&>(*timer);
      s.wakes_at.reset();
      s.session->timeout(tick);
      attend(s, tick);
    }
  }
}

std::optional<Instant> Hub::next_timeout() const {
  const auto next = timers_.next();
  if (!next) return std::nullopt;
  return instant_of(*next, latest_);
}

// What began is told before its messages, and what ended after them.
std::optional<HubEvent> Hub::poll_event() {
  if (!connected_.empty()) return poll_connected();
  if (!events_.empty()) return events_.pop();
  if (Outgoing* ended = finished_.front()) {
    auto& message = static_cast<HubOutgoing&>(*ended);
    if (HubSession* s = sessions_.find(message.session)) --s->outgoing;
    free_messages_.push_back(message);
    return DeviceOutcome{message.session, message.device, message.handle, message.reason};
  }
  if (Handshake* wanting = wanting_.front()) {
    List<Handshake, Wanting>::remove(*wanting);
    return KeyWanted{wanting->request(), wanting->exchange->device(), wanting->exchange->wire()};
  }
  if (!changed_.empty()) return poll_change();
  return std::nullopt;
}

std::optional<HubEvent> Hub::poll_connected() {
  HubSession& s = *connected_.front();
  if (std::exchange(s.tell_connected, false)) {
    if (!s.tell_weak) tell(s);
    return DeviceConnected{s.ref(), s.device, s.wire, s.transport, s.key, s.home.path};
  }
  s.tell_weak = false;
  tell(s);
  return WeakWire{s.ref(), s.device};
}

std::optional<HubEvent> Hub::poll_change() {
  HubSession& s = *changed_.front();
  std::optional<HubEvent> event;
  if (std::exchange(s.tell_moving, false)) {
    event = DeviceMoving{s.ref(), s.device, s.candidate.path.peer};
  } else if (std::exchange(s.tell_moved, false)) {
    event = DeviceMoved{s.ref(), s.device, s.moved_from, s.home.path.peer};
  } else if (std::exchange(s.tell_answered, false)) {
    event = DeviceAnswered{s.ref(), s.device, duration_of(s.round_trip)};
  } else {
    event = DeviceDisconnected{s.ref(), s.device, s.reason};
    sessions_.free(s);
    return event;
  }
  tell(s);
  return event;
}

// Puts the session where it is told next, or nowhere.
void Hub::tell(HubSession& s) {
  if (s.tell_connected || s.tell_weak) connected_.push_back(s);
  else if (s.tell_moving || s.tell_moved || s.tell_answered || s.state == HubSession::State::over)
    changed_.push_back(s);
  else List<HubSession, Telling>::remove(s);
}

Tick Hub::begin(const Now& now) {
  latest_ = now.tick;
  return tick_of(now.tick);
}

HubSession* Hub::find(SessionRef ref) {
  HubSession* s = sessions_.find(ref);
  return s && s->state == HubSession::State::connected ? s : nullptr;
}

// After everything that may have changed a session: it has ended, or something is to leave, or a moment to wait for.
void Hub::attend(HubSession& s, Tick now) {
  if (const auto ended = s.session->ended()) return finish(s, *ended, now);
  const bool speaks = s.state == HubSession::State::connected && s.session->frame_size(now) > 0;
  if (speaks) {
    if (s.transport == Transport::datagrams) speaking_.push_back(s);
    else make_ready(*connection(s.connection));
  }
  // What is to leave is attended to when it has left. A stream may not take it for long, so there is another look.
  // Whatever is heard puts the session's end off: its timer stays, and looks again when it fires.
  constexpr Ticks look_again = ticks({1'000'000});
  if (speaks) wake_by(s, now + look_again);
  else if (const auto due = s.session->due()) wake_by(s, *due);
  else forget_alarm(s);
}

// What its timer waits for is kept beside the rest of the session: the heap is far away.
void Hub::wake_by(HubSession& s, Tick due) {
  if (s.wakes_at && *s.wakes_at <= due) return;
  timers_.set(s, due);
  s.wakes_at = due;
}

void Hub::forget_alarm(HubSession& s) {
  timers_.cancel(s);
  s.wakes_at.reset();
}

void Hub::finish(HubSession& s, Reason reason, Tick now) {
  s.session->end(reason);  // gives up what was not acknowledged
  s.session.reset();       // wipes the keys
  forget_alarm(s);
  List<HubSession, Speaking>::remove(s);
  sessions_.remove(s.home);
  sessions_.remove(s.candidate);
  admission_.end_session(*s.origin);
  if (HubConnection* carrier = s.transport == Transport::stream ? connection(s.connection) : nullptr) {
    carrier->session = nullptr;
    carrier->closing = true;
    make_ready(*carrier);
  }
  if (s.state == HubSession::State::promised) {
    Handshake& handshake = *s.handshake;
    handshake.session = nullptr;
    sessions_.free(s);
    return give_up(handshake, now);
  }
  s.state = HubSession::State::over;
  s.reason = reason;
  tell(s);
}

void Hub::drop(Reason reason, const Path& from, std::optional<DeviceId> device, Tick now) {
  counters_.add(reason);
  if (events_.room() > 0 && drop_notices_.take(reason, now)) events_.push(DeviceDropped{reason, from, device});
}

}  // namespace tacit::usmp
