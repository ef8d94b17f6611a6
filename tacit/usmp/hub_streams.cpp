#include "tacit/usmp/hub.hpp"

// The hub's half that faces its TCP connections. A connection is a handshake's until SESSION_OK is written, then its
// session's, and nobody's when that is over: then it is to be closed.
namespace tacit::usmp {

HubConnection* Hub::connection(ConnectionId id) {
  if (id.slot >= connections_.size()) return nullptr;
  HubConnection& one = connections_[id.slot];
  return one.open && one.id == id ? &one : nullptr;
}

// Whoever connects counts as a handshake at once. If all places are taken one of them gives way, so connections that
// say nothing keep nobody out; and they are not kept for long.
bool Hub::accept(ConnectionId id, const Endpoint& peer, const Now& now) {
  const Tick tick = begin(now);
  const Path from{.peer = peer};
  const auto refused = [&](Reason reason) {
    drop(reason, from, std::nullopt, tick);
    return false;
  };
  if (id.slot >= connections_.size()) return refused(Reason::handshakes_full);
  const auto origin = admission_.begin_handshake(peer, AddressTrust::proven);
  if (!origin) return refused(origin.error());
  if (const auto room = make_room(AddressTrust::proven, tick); !room) {
    admission_.end_handshake(**origin, AddressTrust::proven);
    return refused(room.error());
  }
  Handshake& handshake = handshakes_.add(id, from);
  handshake.origin = *origin;
  handshake.ends_at = tick + ticks(config_.first_frame_within);
  timers_.set(handshake, handshake.ends_at);
  HubConnection& one = connections_[id.slot];
  one.id = id;
  one.open = true;
  one.closing = false;
  one.handshake = &handshake;
  one.session = nullptr;
  return true;
}

std::size_t Hub::input(ConnectionId id, MutBytes bytes, const Now& now) {
  const Tick tick = begin(now);
  take_back_handled();
  HubConnection* from = connection(id);
  if (!from) return bytes.size();
  std::size_t consumed = 0;
  while (!from->closing && events_.room() > 0) {
    const auto frame = take_frame(bytes.subspan(consumed), wires());
    if (!frame && frame.error() == Reason::truncated) break;
    if (!frame) {
      end(*from, frame.error(), tick);
      break;
    }
    // All memory for messages in parts is lent. What the owner has of it comes back when he has handled it.
    if (from->session && from->session->session->must_wait(*frame)) {
      if (handled_.empty()) end(*from, Reason::reassemblies_full, tick);
      break;
    }
    consumed += frame->bytes().size();
    on_stream_frame(*from, *frame, tick);
  }
  if (from->session) attend(*from->session, tick);
  return from->closing ? bytes.size() : consumed;
}

void Hub::on_stream_frame(HubConnection& from, const Frame& frame, Tick now) {
  if (HubSession* s = from.session) {
    const auto received = s->session->receive(frame, now);
    if (!received) drop(received.error(), s->home.path, s->device, now);
    else take(*s, *received);
    if (s->session->ended()) finish(*s, *s->session->ended(), now);
    return;
  }
  Handshake& handshake = *from.handshake;
  if (handshake.state == Handshake::State::await_hello) {
    const auto hello = decode_handshake<Hello>(frame);
    if (!hello) return refuse(handshake, hello.error(), now);
    const auto allowed = admission_.may_try(hello->device, *handshake.origin, now);
    if (!allowed) return refuse(handshake, allowed.error(), now);
    handshake.ends_at = now + ticks(config_.handshake_within);
    return begin_exchange(handshake, frame.header().wire, *hello, now);
  }
  const auto proof = decode_handshake<HelloAck>(frame);
  if (!proof) return refuse(handshake, proof.error(), now);
  if (handshake.exchange->heard()) return refuse(handshake, Reason::wrong_state, now);
  if (frame.header().wire != handshake.exchange->wire()) return refuse(handshake, Reason::bad_version, now);
  handshake.exchange->hear(*proof);
  judge(handshake, now);
}

// What follows cannot be understood.
void Hub::end(HubConnection& one, Reason reason, Tick now) {
  if (one.handshake) return refuse(*one.handshake, reason, now);
  drop(reason, one.session->home.path, one.session->device, now);
  finish(*one.session, reason, now);
}

std::optional<ConnectionId> Hub::poll_ready() {
  HubConnection* one = ready_.front();
  if (!one) return std::nullopt;
  List<HubConnection>::remove(*one);
  return one->id;
}

std::size_t Hub::poll_transmit(ConnectionId id, MutBytes out, const Now& now) {
  const Tick tick = begin(now);
  HubConnection* one = connection(id);
  if (!one || one->closing) return 0;
  std::size_t size = 0;
  if (one->handshake) size = transmit(*one->handshake, out, tick);
  if (one->session) size += transmit(*one->session, out.subspan(size), tick);
  return size;
}

std::size_t Hub::transmit(Handshake& handshake, MutBytes out, Tick now) {
  if (!handshake.exchange || handshake.transmissions > 0 || out.size() < handshake_frame_size_max) return 0;
  const std::size_t size = put_handshake_frame(handshake, out);
  ++handshake.transmissions;
  if (HubSession* s = handshake.session) {  // it is written: the device will know
    promote(*s, now);
    attend(*s, now);
  }
  return size;
}

std::size_t Hub::transmit(HubSession& s, MutBytes out, Tick now) {
  std::size_t written = 0;
  for (;;) {
    const std::size_t size = s.session->frame_size(now);
    if (size == 0 || size > out.size() - written) break;
    s.session->put_frame(out.subspan(written, size), now);
    written += size;
  }
  if (written > 0) attend(s, now);
  return written;
}

bool Hub::closing(ConnectionId id) const {
  const bool named = id.slot < connections_.size() && connections_[id.slot].open && connections_[id.slot].id == id;
  return named && connections_[id.slot].closing;
}

void Hub::closed(ConnectionId id, const Now& now) {
  HubConnection* one = connection(id);
  if (!one) return;
  const Tick tick = begin(now);
  if (one->handshake) give_up(*one->handshake, tick);
  if (one->session) finish(*one->session, Reason::connection_lost, tick);
  List<HubConnection>::remove(*one);
  one->open = false;
}

}  // namespace tacit::usmp
