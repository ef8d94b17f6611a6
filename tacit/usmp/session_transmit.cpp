#include "tacit/usmp/session.hpp"

// What leaves: specification sections 5 to 8. A frame takes its number when it leaves for the first time, and keeps
// number, keys and text until it is acknowledged, so that no nonce ever comes with other bytes.
namespace tacit::usmp {

namespace {

constexpr std::uint32_t rekey_from = 0xFFFF'0000;  // frames are left for whatever is in the way of a REKEY

}  // namespace

unsigned Session::transmissions_of(FrameType type) {
  return type == FrameType::bye ? 3 : transmissions_max;  // whoever leaves does not wait for long
}

// Its message has begun to leave and has not left: nothing comes in between.
bool Session::mid_message() const { return queue_.front() && queue_.front()->done > 0; }

Session::Epoch& Session::sending() {
  auto* settling = std::get_if<Settling>(&change_);
  return settling && settling->finishing ? settling->before : current_;
}

bool Session::rekey_due() const {
  const bool wanted = rekey_wanted_ || (peer_takes_rekey_ && current_.next_seq >= rekey_from);
  return features.rekey && wanted && std::holds_alternative<Settled>(change_);
}

std::optional<FrameType> Session::next_type() const {
  if (const Outgoing* message = queue_.front(); message && mid_message()) return type_of(*message);
  if (bye_wanted_) return FrameType::bye;
  if (pongs_owed_ > 0) return FrameType::pong;
  if (ping_wanted_) return FrameType::ping;
  if (rekey_due()) return FrameType::rekey;
  if (const Outgoing* message = queue_.front()) return type_of(*message);
  return std::nullopt;
}

FrameType Session::type_of(const Outgoing& message) {
  return message.size - message.done > static_cast<int>(fragment_size_max) ? FrameType::data_fragment : FrameType::data;
}

std::size_t Session::text_size(FrameType type) const {
  switch (type) {
    case FrameType::data: return std::size_t{queue_.front()->size} - queue_.front()->done;
    case FrameType::data_fragment: return fragment_size_max;
    case FrameType::rekey: return rekey_salt_size;
    default: return 0;
  }
}

std::size_t Session::frame_size(Tick now) const {
  if (ended_) return 0;
  if (!is_stream(transport_) && flight_.sent) {
    const bool again = flight_.retry_at <= now && flight_.transmissions < transmissions_of(flight_.type);
    return again || flight_.hurried ? sealed_size(text_size(flight_.type)) : 0;
  }
  const auto type = next_type();
  return type ? sealed_size(text_size(*type)) : 0;
}

// Not while keys change: a frame under the new ones may come before the acknowledgement of REKEY that the peer waits
// for, and cannot be opened there.
bool Session::frame_goes_first(Tick now) const {
  return std::holds_alternative<Settled>(change_) && frame_size(now) > 0;
}

void Session::put_frame(MutBytes out, Tick now) {
  if (!flight_.sent) begin_flight(*next_type(), now);
  const Header header{.wire = wire_, .type = flight_.type, .seq = flight_.seq};
  seal(lender_.keys.expanded(send_key(sending())), id_, header, text_in_flight(), out);
  sent_at_ = now;
  if (is_stream(transport_)) return complete();
  flight_.repeated = flight_.transmissions > 0;
  if (flight_.hurried) flight_.hurried = false;
  else flight_.retry_at = now + round_trip_.wait(flight_.transmissions++);
}

Bytes Session::text_in_flight() const {
  if (const Rekeying* ours = rekeying(); ours && flight_.type == FrameType::rekey) return ours->salt.reveal();
  const std::size_t size = text_size(flight_.type);
  return size > 0 ? Bytes(queue_.front()->memory).subspan(queue_.front()->done, size) : Bytes();
}

void Session::begin_flight(FrameType type, Tick now) {
  flight_ = {};
  flight_.type = type;
  flight_.sent = true;
  flight_.seq = sending().next_seq++;
  flight_.first_sent = now;
  if (type == FrameType::pong) --pongs_owed_;
  if (type == FrameType::ping) {
    ping_wanted_ = false;
    pinged_ = pinged_lately_ = true;
    pinged_at_ = probed_at_ = now;
  }
  if (features.rekey && type == FrameType::rekey) {
    rekey_wanted_ = false;
    lender_.random.fill(change_.emplace<Rekeying>().salt.fill());
  }
}

// What was in flight has arrived; over a stream, it was written.
void Session::complete() {
  const FrameType type = flight_.type;
  flight_ = {};
  if (type == FrameType::data || type == FrameType::data_fragment) {
    Outgoing& message = *queue_.front();
    message.done = static_cast<std::uint16_t>(message.done + text_size(type));
    if (type == FrameType::data) lender_.finished.push_back(message);
  }
  if (type == FrameType::bye) return end(Reason::closed);
  if (Rekeying* ours = rekeying(); ours && type == FrameType::rekey) {
    change_to(derived(current_, ours->salt.reveal(), role_), true);
    ping_wanted_ = true;
  }
  if (auto* settling = std::get_if<Settling>(&change_); settling && settling->finishing && !mid_message()) {
    settling->finishing = false;
    settle();
  }
  if (sending().next_seq > seq_max) end(Reason::sequence_exhausted);
}

}  // namespace tacit::usmp
