#include "tacit/usmp/client.hpp"

// What comes in and what leaves, for both transports.
namespace tacit::usmp {

// --- What both have ----------------------------------------------------------------------------------

// What was joined for the message of the last input() was handled by now.
void Client::begin_input() {
  if (!joined_ || happened_) return;
  reassemblies_.push_back(*joined_);
  joined_ = nullptr;
}

void Client::on_frame(const Frame& frame, Tick now) {
  if (Session* session = up(); session && is_sealed(frame.header().type)) return on_session_frame(*session, frame, now);
  const auto taken = on_handshake_frame(frame, now);
  if (taken) return;
  drop(taken.error(), now);
  if (is_stream(transport_)) fail(taken.error(), now);
}

void Client::on_session_frame(Session& session, const Frame& frame, Tick now) {
  const auto received = session.receive(frame, now);
  if (!received) {
    drop(received.error(), now);
  } else if (received->what == Received::What::message) {
    happened_ = Message{received->message};
    joined_ = received->joined;
  } else if (received->what == Received::What::pong) {
    happened_ = Answered{duration_of(received->round_trip)};
  }
  after_session(now);
}

// Those of a handshake's frames prove nothing and change nothing.
void Client::on_acknowledgement(Bytes datagram, Tick now) {
  Session* session = up();
  if (!session) return;
  session->receive_acknowledgement(datagram, now);
  after_session(now);
}

std::size_t Client::next_size(Tick now) const {
  if (owed_ != Acknowledgement{}) return acknowledgement_size;
  const Session* session = this->session();
  if (!session) return handshake_size(now);
  const std::size_t size = session->acknowledgement_size();
  return size > 0 && !session->frame_goes_first(now) ? size : session->frame_size(now);
}

void Client::put_next(MutBytes out, Tick now) {
  if (owed_ != Acknowledgement{}) return encode_acknowledgement(std::exchange(owed_, {}), out);
  Session* session = up();
  if (!session) return put_handshake(out, now);
  if (session->acknowledgement_size() > 0 && !session->frame_goes_first(now)) session->put_acknowledgement(out);
  else session->put_frame(out, now);
  after_session(now);
}

// --- Datagrams ---------------------------------------------------------------------------------------

std::size_t DatagramClient::input(std::span<Datagram> in, const Now& now) {
  const Tick tick = at(now);
  begin_input();
  std::size_t n = 0;
  for (; n < in.size() && has_room(); ++n) {
    const MutBytes bytes = in[n].bytes;
    if (in[n].path.peer != server_.peer) drop(Reason::unknown_peer, tick);
    else if (is_acknowledgement(bytes)) on_acknowledgement(bytes, tick);
    else if (const auto frame = decode_datagram(bytes, accepted()); frame) on_frame(*frame, tick);
    else drop(frame.error(), tick);
  }
  return n;
}

void DatagramClient::poll_transmit(Outbox& out, const Now& now) {
  const Tick tick = at(now);
  while (const std::size_t size = next_size(tick)) {
    const MutBytes room = out.add(server_, size);
    if (room.empty()) return;
    put_next(room, tick);
  }
}

// --- A stream ----------------------------------------------------------------------------------------

std::size_t StreamClient::input(MutBytes in, const Now& now) {
  const Tick tick = at(now);
  begin_input();
  std::size_t consumed = 0;
  while (wants_stream() && has_room() && consumed < in.size()) {
    const auto frame = take_frame(in.subspan(consumed), accepted());
    if (!frame && frame.error() == Reason::truncated) break;
    if (frame) {
      consumed += frame->bytes().size();
      on_frame(*frame, tick);
    } else {
      drop(frame.error(), tick);
      fail(frame.error(), tick);
    }
  }
  if (!wants_stream()) return in.size();  // nothing of it matters any more
  return consumed;
}

std::size_t StreamClient::poll_transmit(MutBytes out, const Now& now) {
  const Tick tick = at(now);
  std::size_t written = 0;
  for (std::size_t size = next_size(tick); size > 0 && size <= out.size() - written; size = next_size(tick)) {
    put_next(out.subspan(written, size), tick);
    written += size;
  }
  return written;
}

}  // namespace tacit::usmp
