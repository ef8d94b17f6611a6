#include "tacit/usmp/hub.hpp"

// The hub's handshakes, over either transport.
namespace tacit::usmp {

namespace {

// A proven address is asked so often, and one that is not, twice: specification section 10.
constexpr std::uint8_t transmissions_unproven = 2;
// The device has the CHALLENGE and may need seconds for its curve. If the acknowledgement was somebody else's, it gets
// another one after this.
constexpr Ticks patience_after_acknowledgement = ticks({2'000'000});

std::uint8_t transmissions_of(const Handshake& handshake) {
  return handshake.trust == AddressTrust::proven || handshake.session ? transmissions_max : transmissions_unproven;
}

}  // namespace

void Hub::on_hello(const Frame& frame, const Path& from, Tick now) {
  const auto hello = decode_handshake<Hello>(frame);
  if (!hello) return drop(hello.error(), from, std::nullopt, now);
  const Wire wire = frame.header().wire;
  const bool has_cookies = wire == Wire::v2;
  if (has_cookies && !hello->cookie) {
    const Cookie cookie = cookies_.make(from.peer, *hello, latest_);
    return acknowledge(from, frame.header(), &cookie);
  }
  if (has_cookies && !cookies_.accepts(from.peer, *hello, latest_))
    return drop(Reason::bad_cookie, from, hello->device, now);
  const AddressTrust trust = has_cookies ? AddressTrust::proven : AddressTrust::forgeable;

  // Who listens could repeat it to end what its client has begun since, or to hold a place in its name.
  if (handshakes_.is_spent(hello->public_key, from.peer)) return drop(Reason::replay, from, hello->device, now);
  if (Handshake* running = handshakes_.find(from.peer)) {
    const bool same = running->exchange->client_key() == hello->public_key && running->exchange->wire() == wire;
    // Nobody who has proven nothing ends what runs at an address that is proven.
    if (same || (running->trust == AddressTrust::proven && trust == AddressTrust::forgeable))
      return acknowledge(from, frame.header());
    refuse(*running, Reason::replaced, now);
  }
  const auto handshake = begin_handshake(from, trust, hello->device, now);
  if (!handshake) return drop(handshake.error(), from, hello->device, now);
  acknowledge(from, frame.header());
  begin_exchange(**handshake, wire, *hello, now);
}

Result<Handshake*> Hub::begin_handshake(const Path& from, AddressTrust trust, const DeviceId& device, Tick now) {
  const auto origin = admission_.begin_handshake(from.peer, trust);
  if (!origin) return origin.error();
  auto allowed = admission_.may_try(device, **origin, now);
  if (allowed) allowed = make_room(trust, now);
  if (!allowed) {
    admission_.end_handshake(**origin, trust);
    return allowed.error();
  }
  Handshake& handshake = handshakes_.add(from, trust);
  handshake.origin = *origin;
  handshake.ends_at = now + ticks(config_.handshake_within);
  return &handshake;
}

Result<Done> Hub::make_room(AddressTrust trust, Tick now) {
  if (!handshakes_.full(trust)) return Done{};
  Handshake* displaced = handshakes_.to_displace(trust, random_.value<std::uint32_t>());
  if (!displaced) return Reason::handshakes_full;
  refuse(*displaced, Reason::handshakes_full, now);
  displaced->spent = 0;  // it may come again
  return Done{};
}

void Hub::begin_exchange(Handshake& handshake, Wire wire, const Hello& hello, Tick now) {
  handshake.exchange.emplace(wire, hello, config_.shard, random_);
  handshake.state = Handshake::State::await_proof;
  wanting_.push_back(handshake);
  say(handshake, now);
}

void Hub::on_hello_ack(const Frame& frame, const Path& from, Tick now) {
  const auto proof = decode_handshake<HelloAck>(frame);
  if (!proof) return drop(proof.error(), from, std::nullopt, now);
  Handshake* handshake = handshakes_.find(from.peer);
  if (!handshake) {
    // Late: the handshake is done, and the device does not know yet that we heard this.
    const bool late = sessions_.find_at(from.peer, [](const Place&) { return true; }) != nullptr;
    if (!late) return drop(Reason::unknown_id, from, std::nullopt, now);
    return acknowledge(from, frame.header());
  }
  if (frame.header().wire != handshake->exchange->wire()) return drop(Reason::bad_version, from, std::nullopt, now);
  acknowledge(from, frame.header());
  if (handshake->exchange->heard()) return counters_.add(Reason::duplicate);
  handshake->exchange->hear(*proof);
  judge(*handshake, now);
}

// When both are here: what the device proves and what it should prove.
void Hub::judge(Handshake& handshake, Tick now) {
  const auto verdict = handshake.exchange->verdict();
  if (verdict == ServerHandshake::Verdict::pending) return;
  if (verdict == ServerHandshake::Verdict::refused) {
    if (handshake.trust == AddressTrust::proven)
      admission_.failed(handshake.exchange->device(), *handshake.origin, now);
    return refuse(handshake, handshake.exchange->refusal(), now);
  }
  if (const auto promised = promise(handshake, now); !promised) refuse(handshake, promised.error(), now);
}

// The device has proven its key: it gets its session, which begins when it knows.
Result<Done> Hub::promise(Handshake& handshake, Tick now) {
  const ServerHandshake& exchange = *handshake.exchange;
  auto keys = exchange.keys();
  if (!keys) return keys.error();
  if (!admission_.has_room_for_session(*handshake.origin)) return Reason::address_full;
  HubSession* s = sessions_.add(exchange.session_id(), exchange.device());
  if (!s) return Reason::sessions_full;
  admission_.succeeded(exchange.device(), *handshake.origin, now);
  admission_.begin_session(*handshake.origin);
  s->origin = handshake.origin;
  s->handshake = &handshake;
  s->transport = handshake.transport;
  s->wire = exchange.wire();
  s->key = exchange.proven_key();
  s->connection = handshake.connection;
  if (s->transport == Transport::datagrams) sessions_.put(s->home, handshake.path);
  else s->home.path = handshake.path;
  s->session.emplace(lender_,
                     Session::Start{.role = Role::server,
                                    .transport = handshake.transport,
                                    .wire = exchange.wire(),
                                    .id = exchange.session_id(),
                                    .keys = std::move(*keys),
                                    .round_trip = *handshake.round_trip},
                     now);
  handshake.session = s;
  handshake.state = Handshake::State::await_delivery;
  handshake.transmissions = 0;
  handshake.ends_at = now + ticks(config_.handshake_within);
  say(handshake, now);
  return Done{};
}

// The device knows its session. Who promotes it attends to it as well.
void Hub::promote(HubSession& s, Tick now) {
  Handshake& handshake = *s.handshake;
  handshake.session = nullptr;
  s.handshake = nullptr;
  if (HubConnection* carrier = s.transport == Transport::stream ? connection(s.connection) : nullptr) {
    carrier->handshake = nullptr;
    carrier->session = &s;
  }
  release(handshake);
  replace_others(s, now);
  s.state = HubSession::State::connected;
  s.tell_connected = true;
  s.tell_weak = s.wire == Wire::v1;
  if (s.tell_weak) counters_.add(Reason::weak_wire);
  tell(s);
}

void Hub::replace_others(const HubSession& by, Tick now) {
  HubSession *same_place = nullptr, *longest_silent = nullptr;
  std::size_t others = 0;
  sessions_.for_each_of(by.device, [&](HubSession& s) {
    if (s.state != HubSession::State::connected) return;
    ++others;
    if (s.transport == by.transport && s.home.path.peer == by.home.path.peer) same_place = &s;
    if (!longest_silent || s.session->heard_at() < longest_silent->session->heard_at()) longest_silent = &s;
  });
  if (same_place) finish(*same_place, Reason::replaced, now);
  else if (others >= config_.sessions_per_device) finish(*longest_silent, Reason::replaced, now);
}

void Hub::on_handshake_acknowledgement(const Acknowledgement& of, const Endpoint& from, Tick now) {
  Handshake* handshake = handshakes_.find(from);
  if (!handshake) return counters_.add(Reason::unknown_id);
  if (of.type == FrameType::session_ok && handshake->state == Handshake::State::await_delivery) {
    HubSession& s = *handshake->session;
    promote(s, now);
    return attend(s, now);
  }
  if (of.type != FrameType::challenge || handshake->state != Handshake::State::await_proof) return;
  if (handshake->transmissions == 1 && !handshake->acknowledged)
    handshake->round_trip->measured(now - handshake->first_sent);
  handshake->acknowledged = true;
  handshake->retry_at = now + patience_after_acknowledgement;
  schedule(*handshake);
}

// CHALLENGE or SESSION_OK; each time the same bytes.
std::size_t Hub::put_handshake_frame(const Handshake& handshake, MutBytes out) const {
  const ServerHandshake& exchange = *handshake.exchange;
  const auto put = [&](const auto& message, std::size_t size) {
    encode_handshake(exchange.wire(), 0, message, out.first(size));
    return size;
  };
  if (handshake.session) return put(exchange.session_ok(), frame_size_of<SessionOk>);
  return put(exchange.challenge(), frame_size_of<Challenge>);
}

void Hub::say(Handshake& handshake, Tick now) {
  handshake.retry_at = now;
  if (handshake.transport == Transport::datagrams) speaking_handshakes_.push_back(handshake);
  else make_ready(*connection(handshake.connection));
  schedule(handshake);
}

void Hub::schedule(Handshake& handshake) {
  const bool again = handshake.transport == Transport::datagrams && !List<Handshake, Speaking>::holds(handshake) &&
                     handshake.transmissions < transmissions_of(handshake);
  timers_.set(handshake, again && handshake.retry_at < handshake.ends_at ? handshake.retry_at : handshake.ends_at);
}

void Hub::on_alarm(Handshake& handshake, Tick now) {
  if (handshake.ends_at <= now) return refuse(handshake, Reason::handshake_timeout, now);
  say(handshake, now);
}

void Hub::refuse(Handshake& handshake, Reason reason, Tick now) {
  std::optional<DeviceId> device;
  if (handshake.exchange) device = handshake.exchange->device();
  drop(reason, handshake.path, device, now);
  give_up(handshake, now);
}

void Hub::give_up(Handshake& handshake, Tick now) {
  if (handshake.session) return finish(*handshake.session, Reason::handshake_timeout, now);
  if (HubConnection* carrier = handshake.transport == Transport::stream ? connection(handshake.connection) : nullptr) {
    carrier->handshake = nullptr;
    carrier->closing = true;
    make_ready(*carrier);
  }
  release(handshake);
}

void Hub::release(Handshake& handshake) {
  timers_.cancel(handshake);
  admission_.end_handshake(*handshake.origin, handshake.trust);
  handshakes_.free(handshake);
}

}  // namespace tacit::usmp
