#include "tacit/usmp/hub.hpp"

// The hub's half that faces its UDP socket.
namespace tacit::usmp {

namespace {

// The part of its session's id that is in a sealed frame; of anything else, any bytes; empty where there are too few,
// or no such datagram.
Bytes id_front_of(std::span<const Datagram> datagrams, std::size_t n) {
  constexpr std::size_t at = header_size + sizeof(Header::seq), size = sizeof(HubSession::id_front);
  if (n >= datagrams.size()) return {};
  const Bytes datagram = datagrams[n].bytes;
  return datagram.size() >= at + size ? datagram.subspan(at, size) : Bytes();
}

}  // namespace

std::size_t Hub::input(std::span<Datagram> datagrams, const Now& now) {
  const Tick tick = begin(now);
  take_back_handled();
  std::size_t consumed = 0;
  // Of very many sessions each is far from the processor when it speaks, and a batch says which ones follow. A socket
  // gives few at a time, so it is worth while to ask for those of the first ones too.
  constexpr std::size_t soon = 4, later = 8;
  const auto ask_for_bucket = [&](std::size_t n) {
    if (const Bytes id = id_front_of(datagrams, n); !id.empty()) sessions_.prefetch(id);
  };
  const auto ask_for_session = [&](std::size_t n) {
    if (const Bytes id = id_front_of(datagrams, n); !id.empty()) sessions_.prefetch_session(id);
  };
  for (std::size_t n = 0; n < later; ++n) ask_for_bucket(n);
  for (std::size_t n = 0; n < soon; ++n) ask_for_session(n);
  // One datagram takes one place in each ring at most. What else it causes is in the entry of its session.
  for (; consumed < datagrams.size() && events_.room() > 0 && answers_.room() > 0; ++consumed) {
    ask_for_bucket(consumed + later);
    ask_for_session(consumed + soon);
    on_datagram(datagrams[consumed], tick);
  }
  return consumed;
}

void Hub::on_datagram(Datagram& datagram, Tick now) {
  const Path& from = datagram.path;
  if (is_acknowledgement(datagram.bytes)) return on_acknowledgement(datagram, now);
  const auto frame = decode_datagram(datagram.bytes, wires());
  if (!frame) return drop(frame.error(), from, std::nullopt, now);
  const FrameType type = frame->header().type;
  if (type == FrameType::hello) return on_hello(*frame, from, now);
  if (type == FrameType::hello_ack) return on_hello_ack(*frame, from, now);
  if (is_sealed(type)) return on_sealed(*frame, from, now);
  drop(Reason::bad_type, from, std::nullopt, now);  // what servers say
}

// Which session a frame is of, its nonce says; that it is, its tag. Where it came from is of no consequence for either.
void Hub::on_sealed(const Frame& frame, const Path& from, Tick now) {
  const std::size_t size = frame.bytes().size();
  if (frame.payload().size() < seal_size) return drop(Reason::truncated, from, std::nullopt, now);
  HubSession* s = sessions_.find_by_id(frame.payload().subspan(sizeof(Header::seq), sizeof(HubSession::id_front)));
  if (!s || !s->session || s->transport != Transport::datagrams)
    return drop(Reason::unknown_id, from, std::nullopt, now);

  const auto received = s->session->receive(frame, now);
  if (const std::size_t owed = s->session->acknowledgement_size()) {
    HubAnswer answer{.path = from, .session = s, .owed_size = static_cast<std::uint8_t>(owed)};
    s->session->put_acknowledgement(MutBytes(answer.owed).first(owed));
    answers_.push(answer);
  }
  if (!received) {
    drop(received.error(), from, s->device, now);
    return attend(*s, now);
  }
  if (s->state == HubSession::State::promised) promote(*s, now);  // who has the keys has SESSION_OK
  if (from.peer != s->home.path.peer) from_elsewhere(*s, *received, from, size);
  else if (received->newest) from_home(*s, from);
  take(*s, *received);
  attend(*s, now);
}

void Hub::take(HubSession& s, const Received& received) {
  if (received.what == Received::What::message) {
    events_.push(DeviceMessage{s.ref(), s.device, received.message});
    if (received.joined) handled_.push_back(*received.joined);
  }
  if (received.what == Received::What::pong && std::exchange(s.ping_wanted, false)) {
    s.round_trip = received.round_trip;
    s.tell_answered = true;
    tell(s);
  }
}

// Messages that were joined are the owner's until its next input, and he has been told of all of them.
void Hub::take_back_handled() {
  if (!events_.empty()) return;
  while (Reassembly* joined = handled_.front()) reassemblies_.push_back(*joined);
}

void Hub::from_home(HubSession& s, const Path& from) {
  s.home.path.local = from.local;
  sessions_.remove(s.candidate);
}

// A session follows its device when the new address has proven that it hears: specification section 9. Version 1 has
// no acknowledgement that proves anything, so it stays where it is.
void Hub::from_elsewhere(HubSession& s, const Received& received, const Path& from, std::size_t size) {
  if (!received.newest || s.wire == Wire::v1 || s.session->ended()) return;
  if (!s.candidate.known || s.candidate.path.peer != from.peer) {
    sessions_.put(s.candidate, from);
    s.credit = 0;
    s.asked = false;
    s.tell_moving = true;
    tell(s);
  }
  s.credit += static_cast<std::uint32_t>(size - acknowledgement_size_of(s.wire, FrameType::data));
  s.frame_owed = true;
  if (s.session->idle()) s.session->ping();
  else s.session->hurry();
}

void Hub::on_acknowledgement(const Datagram& datagram, Tick now) {
  const auto acknowledgement = decode_acknowledgement(datagram.bytes);
  if (!acknowledgement) return drop(acknowledgement.error(), datagram.path, std::nullopt, now);
  if (!is_sealed(acknowledgement->type)) return on_handshake_acknowledgement(*acknowledgement, datagram.path.peer, now);
  const Place* place = sessions_.find_at(datagram.path.peer, [&](const Place& at) {
    return at.session->session->receive_acknowledgement(datagram.bytes, now);
  });
  if (!place) return counters_.add(Reason::unknown_id);
  HubSession& s = *place->session;
  if (place == &s.candidate && s.asked) move(s);
  attend(s, now);
}

void Hub::move(HubSession& s) {
  s.moved_from = s.home.path.peer;
  sessions_.put(s.home, s.candidate.path);
  sessions_.remove(s.candidate);
  s.origin = &admission_.move_session(*s.origin, s.home.path.peer);
  s.tell_moved = true;
  tell(s);
}

void Hub::poll_transmit(Outbox& out, const Now& now) {
  const Tick tick = begin(now);
  for (; !answers_.empty(); answers_.drop())
    if (!transmit_first(out, answers_.front().session, tick) || !transmit(out, answers_.front())) return;
  while (Handshake* handshake = speaking_handshakes_.front())
    if (!transmit(out, *handshake, tick)) return;
  while (HubSession* s = speaking_.front())
    if (!transmit(out, *s, tick)) return;
}

// The entry of a session lasts as long as the hub. Where it is another's by now, that one's turn comes sooner.
bool Hub::transmit_first(Outbox& out, HubSession* s, Tick now) {
  const bool goes_first = s && s->session && s->session->frame_goes_first(now) && List<HubSession, Speaking>::holds(*s);
  return !goes_first || transmit(out, *s, now);
}

// Both of its datagrams or none: what was added leaves.
bool Hub::transmit(Outbox& out, HubAnswer& answer) {
  if (answer.owed_size > 0) {
    const MutBytes room = out.add(answer.path, answer.owed_size);
    if (room.empty()) return false;
    copy(Bytes(answer.owed).first(room.size()), room);
    answer.owed_size = 0;
  }
  if (answer.retry_size == 0) return true;
  const MutBytes room = out.add(answer.path, answer.retry_size);
  if (room.empty()) return false;
  copy(Bytes(answer.retry).first(room.size()), room);
  return true;
}

bool Hub::transmit(Outbox& out, Handshake& handshake, Tick now) {
  std::array<std::uint8_t, handshake_frame_size_max> frame;
  const std::size_t size = put_handshake_frame(handshake, frame);
  const MutBytes room = out.add(handshake.path, size);
  if (room.empty()) return false;
  copy(Bytes(frame).first(size), room);
  if (handshake.transmissions == 0) handshake.first_sent = now;
  handshake.retry_at = now + handshake.round_trip->wait(handshake.transmissions);
  ++handshake.transmissions;
  List<Handshake, Speaking>::remove(handshake);
  schedule(handshake);
  return true;
}

bool Hub::transmit(Outbox& out, HubSession& s, Tick now) {
  while (const std::size_t size = s.session->frame_size(now)) {
    const bool elsewhere = s.candidate.known && s.frame_owed && s.credit >= size;
    const MutBytes room = out.add(elsewhere ? s.candidate.path : s.home.path, size);
    if (room.empty()) {
      speaking_.push_back(s);  // others first, next time
      return false;
    }
    s.session->put_frame(room, now);
    if (!elsewhere) continue;
    s.frame_owed = false;
    s.credit -= static_cast<std::uint32_t>(size);
    s.asked = true;
  }
  List<HubSession, Speaking>::remove(s);
  attend(s, now);
  return true;
}

void Hub::acknowledge(const Path& to, const Header& header, const Cookie* retry) {
  HubAnswer answer{.path = to, .owed_size = acknowledgement_size};
  encode_acknowledgement({header.type, header.seq}, MutBytes(answer.owed).first(acknowledgement_size));
  if (retry) {
    answer.retry_size = frame_size_of<HelloRetry>;
    encode_handshake(header.wire, 0, HelloRetry{*retry}, answer.retry);
  }
  answers_.push(answer);
}

}  // namespace tacit::usmp
