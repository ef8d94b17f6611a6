#include <utility>

#include "tacit/usmp/session.hpp"

// What comes, specification sections 5 to 8: a frame is opened, then looked at; what is taken is remembered and
// acknowledged, and what is refused is as if it had not come.
namespace tacit::usmp {

namespace {

constexpr std::uint8_t controls_max = 8;
constexpr Ticks a_second = ticks({1'000'000});

// A frame as it came, for where two keys may be the right one: a failed attempt to open it leaves nothing of it.
class Original {
 public:
  explicit Original(MutBytes original) : original_(original) { copy(original, bytes_); }
  void restore() const { copy(Bytes(bytes_).first(original_.size()), original_); }

 private:
  MutBytes original_;
  std::array<std::uint8_t, payload_size_max> bytes_;
};

}  // namespace

Result<Received> Session::receive(const Frame& frame, Tick now) {
  if (ended_) return Reason::closed;
  const auto received = take(frame, now);
  if (!received && is_stream(transport_) && received.error() != Reason::reassemblies_full) end(received.error());
  return received;
}

bool Session::must_wait(const Frame& frame) const {
  return frame.header().type == FrameType::data_fragment && !reassembly_ && lender_.reassemblies.empty();
}

Result<Received> Session::take(const Frame& frame, Tick now) {
  const Header& header = frame.header();
  if (header.wire != wire_) return Reason::bad_version;
  if (!is_sealed(header.type) || (header.type == FrameType::rekey && is_wire_1(wire_))) return Reason::bad_type;
  if (must_wait(frame)) return Reason::reassemblies_full;

  const auto found = find(frame);
  if (!found) return found.error();
  const Opened& opened = found->frame;
  Epoch& epoch = *found->epoch;
  if (!is_stream(transport_) && found->sighting == Sighting::again) {
    // Our acknowledgement was lost. One that is owed by now is for something newer.
    if (owed_size_ == 0) owe(opened, epoch);
    return Reason::duplicate;
  }
  if (opened.seq() > seq_max) {
    end(Reason::sequence_exhausted);
    return Reason::sequence_exhausted;
  }

  Received received;
  received.newest = opened.seq() >= epoch.received.next();
  if (const auto handled = handle(*found, received, now); !handled) return handled.error();
  epoch.received.mark(opened.seq());
  heard(now);
  if (!is_stream(transport_)) owe(opened, epoch);
  if (opened.type() == FrameType::rekey) follow(opened.text(), epoch);
  else settle();
  if (opened.type() == FrameType::bye) end(Reason::peer_closed);
  return received;
}

// --- Which keys opened it ----------------------------------------------------------------------------

Result<Session::Found> Session::find(const Frame& frame) {
  if (std::holds_alternative<Settling>(change_)) return find_while_settling(frame);
  if (rekeying()) return find_while_rekeying(frame);
  return find_under(current_, frame);
}

Result<Session::Found> Session::find_under(Epoch& epoch, const Frame& frame) {
  const std::uint32_t seq = frame.header().seq;
  Sighting sighting = Sighting::first;
  if (is_stream(transport_)) {
    const std::uint32_t next = epoch.received.next();
    if (seq != next) return seq < next ? Reason::replay : Reason::bad_sequence;
  } else {
    sighting = epoch.received.look(seq);
    if (sighting == Sighting::too_old) return Reason::too_old;
  }
  const auto opened = open(lender_.keys.expanded(receive_key(epoch)), id_, frame);
  if (!opened) return opened.error();
  return Found{*opened, &epoch, sighting};
}

// The peer counts on under the keys of before until it has our REKEY, and from 0 under the new ones. Where its number
// says which, there is no second attempt.
Result<Session::Found> Session::find_while_settling(const Frame& frame) {
  Epoch& before = std::get_if<Settling>(&change_)->before;
  const std::uint32_t seq = frame.header().seq;
  if (seq > before.received.next() || before.received.look(seq) == Sighting::too_old)
    return find_under(current_, frame);
  const Original original(frame.payload());
  if (const auto found = find_under(current_, frame)) return found;
  original.restore();
  return find_under(before, frame);
}

// The acknowledgement of our REKEY may be late or lost: a frame under the keys that it brings says the same.
Result<Session::Found> Session::find_while_rekeying(const Frame& frame) {
  const Original original(frame.payload());
  if (const auto found = find_under(current_, frame)) return found;
  original.restore();
  Epoch next = derived(current_, rekeying()->salt.reveal(), role_);
  auto found = find_under(next, frame);
  lender_.keys.forget(receive_key(next));
  if (!found) return found;
  complete();
  found->epoch = &current_;
  return found;
}

// --- What it says ------------------------------------------------------------------------------------

Result<Done> Session::handle(const Found& found, Received& received, Tick now) {
  const Opened& frame = found.frame;
  switch (frame.type()) {
    case FrameType::data:
    case FrameType::data_fragment: return on_data(frame, received, now);
    case FrameType::bye: return Done{};
    default: return on_control(found, received, now);
  }
}

Result<Done> Session::on_data(const Opened& frame, Received& received, Tick now) {
  const bool last = frame.type() == FrameType::data;
  const Bytes text = frame.text();
  if (reassembly_ && frame.seq() != next_fragment_seq_) {
    // A sender that gave up the rest goes on with another message. What is older is of no message that we know.
    if (frame.seq() < next_fragment_seq_) return Reason::bad_sequence;
    drop_reassembly();
  }
  if (last && !reassembly_) {
    received.what = Received::What::message;
    received.message = text;
    return Done{};
  }
  if (!reassembly_) {
    reassembly_ = lender_.reassemblies.front();
    if (!reassembly_) return Reason::reassemblies_full;
    List<Reassembly>::remove(*reassembly_);
    reassembly_->size = reassembly_->fragments = 0;
  }
  Reassembly& whole = *reassembly_;
  const std::size_t fragments_left = fragments_max - whole.fragments;
  if (text.size() > whole.memory.size() - whole.size || fragments_left == (last ? 0 : 1)) {
    drop_reassembly();
    return Reason::too_large;
  }
  copy(text, whole.memory.subspan(whole.size));
  whole.size = static_cast<std::uint16_t>(whole.size + text.size());
  ++whole.fragments;
  next_fragment_seq_ = frame.seq() + 1;
  assembled_at_ = now;
  if (!last) return Done{};
  received.what = Received::What::message;
  received.message = whole.message();
  received.joined = std::exchange(reassembly_, nullptr);
  return Done{};
}

Result<Done> Session::on_control(const Found& found, Received& received, Tick now) {
  const Opened& frame = found.frame;
  if (reassembly_) return Reason::bad_sequence;  // nothing comes between the fragments of a message
  if (now - controls_since_ >= a_second) {
    controls_since_ = now;
    controls_ = 0;
  }
  if (controls_ == controls_max) return Reason::rate_limited;
  if (frame.type() == FrameType::rekey) {
    if (const auto welcome = may_follow(frame.text(), *found.epoch); !welcome) return welcome;
  } else if (!frame.text().empty()) {
    return Reason::bad_length;
  }
  ++controls_;
  if (frame.type() == FrameType::ping) ++pongs_owed_;
  if (frame.type() == FrameType::pong && pinged_) {
    pinged_ = false;
    received.what = Received::What::pong;
    received.round_trip = now - pinged_at_;
  }
  return Done{};
}

// --- Acknowledgements --------------------------------------------------------------------------------

// Made at once, with the key that opened the frame: that may be gone when it leaves.
void Session::owe(const Opened& frame, const Epoch& epoch) {
  owed_size_ = static_cast<std::uint8_t>(acknowledgement_size_of(wire_, frame.type()));
  const Acknowledgement what{frame.type(), frame.seq()};
  const MutBytes out = MutBytes(owed_).first(owed_size_);
  if (is_wire_1(wire_)) return encode_acknowledgement(what, out);
  encode_acknowledgement(what, crypto::HmacSha256(receive_key(epoch).reveal()), out);
}

void Session::put_acknowledgement(MutBytes out) {
  copy(Bytes(owed_).first(owed_size_), out);
  owed_size_ = 0;
}

bool Session::receive_acknowledgement(Bytes datagram, Tick now) {
  const auto what = decode_acknowledgement(datagram);
  if (!flight_.sent || !what || *what != Acknowledgement{flight_.type, flight_.seq}) return false;
  if (!is_wire_1(wire_)) {
    const crypto::HmacSha256 key(send_key(sending()).reveal());
    if (!is_authentic_acknowledgement(datagram, key)) return false;
    heard(now);
  }
  if (!flight_.repeated) round_trip_.measured(now - flight_.first_sent);
  complete();
  return true;
}

}  // namespace tacit::usmp
