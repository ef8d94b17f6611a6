#include "tacit/usmp/session.hpp"

#include <utility>

namespace tacit::usmp {

namespace {

// Two PINGs a second, and as many PONGs for the peer's, are well below the eight that it takes.
constexpr Ticks ping_gap = ticks({500'000});

}  // namespace

Session::Session(Lender& lender, Start&& start, Tick now)
    : lender_(lender), round_trip_(start.round_trip), current_{std::move(start.keys)}, id_(start.id), sent_at_(now),
      heard_at_(now), probed_at_(now), role_(start.role), transport_(start.transport), wire_(start.wire),
      peer_takes_rekey_(start.peer_takes_rekey && !is_wire_1(start.wire)) {
  require(is_stream(transport_) == (transport_ == Transport::stream));
}

Session::~Session() {
  end(Reason::closed);
  forget_expanded();
}

// --- What the owner wants ----------------------------------------------------------------------------

Result<Done> Session::send(Bytes message, Handle handle) {
  if (ended_ || bye_wanted_) return Reason::closed;
  if (message.size() > message_size_max) return Reason::too_large;
  Outgoing* slot = lender_.free.front();
  if (!slot) return Reason::queue_full;
  if (message.size() > slot->memory.size()) return Reason::too_large;
  copy(message, slot->memory);
  slot->handle = handle;
  slot->size = static_cast<std::uint16_t>(message.size());
  slot->done = 0;
  slot->reason.reset();
  queue_.push_back(*slot);
  return Done{};
}

void Session::ping() {
  if (pinged_) return;
  (pinged_lately_ ? ping_waits_ : ping_wanted_) = true;
}

Result<Done> Session::rekey() {
  if (ended_ || bye_wanted_) return Reason::closed;
  if (!features.rekey || is_wire_1(wire_)) return Reason::not_supported;
  rekey_wanted_ = true;
  return Done{};
}

void Session::close() {
  if (ended_) return;
  give_up_messages(Reason::closed);
  flight_ = {};
  bye_wanted_ = true;
}

void Session::end(Reason reason) {
  if (ended_) return;
  ended_ = reason;
  give_up_messages(reason);
  flight_ = {};
  drop_reassembly();
}

void Session::give_up_messages(Reason reason) {
  while (Outgoing* message = queue_.front()) {
    message->reason = reason;
    lender_.finished.push_back(*message);
  }
}

void Session::drop_reassembly() {
  if (!reassembly_) return;
  lender_.reassemblies.push_back(*reassembly_);
  reassembly_ = nullptr;
}

// --- Time --------------------------------------------------------------------------------------------

std::optional<Tick> Session::due() const {
  if (ended_) return std::nullopt;
  std::optional<Tick> first;
  const auto by = [&](bool wanted, Tick at) {
    if (wanted && (!first || at < *first)) first = at;
  };
  const Patience& patience = lender_.patience;
  by(flight_.sent, flight_.retry_at);
  by(reassembly_ && patience.assembly.count, assembled_at_ + patience.assembly);
  by(patience.watchdog.count, heard_at_ + patience.watchdog);
  by(ping_waits_, pinged_at_ + ping_gap);
  by(may_ping() && patience.keepalive.count, sent_at_ + patience.keepalive);
  by(may_ping() && patience.probe.count, probed_at_ + patience.probe);
  return first;
}

void Session::timeout(Tick now) {
  if (ended_) return;
  const Patience& patience = lender_.patience;
  const auto over = [&](Tick since, Ticks limit) { return limit.count && now - since >= limit; };
  if (pinged_lately_ && over(pinged_at_, ping_gap)) {
    pinged_lately_ = false;
    ping_wanted_ |= std::exchange(ping_waits_, false);
  }
  if (flight_.sent && flight_.retry_at <= now && flight_.transmissions >= transmissions_of(flight_.type))
    end(flight_.type == FrameType::bye ? Reason::closed : Reason::no_acknowledgement);
  else if (over(heard_at_, patience.watchdog)) end(Reason::idle);
  else if (reassembly_ && over(assembled_at_, patience.assembly)) end(Reason::incomplete);
  else if (may_ping() && (over(sent_at_, patience.keepalive) || over(probed_at_, patience.probe))) ping_wanted_ = true;
}

// What is in flight or already wanted does as well.
bool Session::may_ping() const { return !flight_.sent && !ping_wanted_ && !bye_wanted_; }

void Session::heard(Tick now) { heard_at_ = probed_at_ = now; }

}  // namespace tacit::usmp
