#include "tacit/usmp/client.hpp"

namespace tacit::usmp {

namespace {

Wire preferred(Wires wires) { return features.wire_1 && !contains(wires, Wire::v2) ? Wire::v1 : Wire::v2; }

}  // namespace

Client::Client(Transport transport, const ClientConfig& config, const Psk& psk, const ClientTables& tables,
               crypto::Random& random)
    : config_(config), psk_(psk), random_(random),
      lender_{keys_,
              random,
              free_,
              finished_,
              reassemblies_,
              {ticks(config.keepalive), ticks(config.probe), ticks(config.idle_after), ticks(config.assembly_within)}},
      transport_(transport), wire_(preferred(config.wires)) {
  require(config.wires != Wires::none && (features.wire_1 || config.wires == Wires::v2) && !tables.messages.empty());
  require(is_stream(transport) == (transport == Transport::stream));
  const std::size_t size = tables.message_memory.size() / tables.messages.size();
  for (std::size_t i = 0; i < tables.messages.size(); ++i) {
    tables.messages[i].memory = tables.message_memory.subspan(i * size, size);
    free_.push_back(tables.messages[i]);
  }
  tables.reassembly->memory = tables.reassembly_memory;
  reassemblies_.push_back(*tables.reassembly);
}

Client::~Client() {
  state_.emplace<Down>();
  // The tables are their owner's, and may serve another client.
  for (List<Outgoing>* list : {&free_, &finished_})
    while (Outgoing* message = list->front()) List<Outgoing>::remove(*message);
  if (Reassembly* reassembly = reassemblies_.front()) List<Reassembly>::remove(*reassembly);
}

// --- The owner's verbs -------------------------------------------------------------------------------

void Client::connect(const Now& now) {
  wanted_ = true;
  const bool waiting = std::holds_alternative<Waiting>(state_) && !stream_;
  if (is_down() || waiting) begin_attempt(at(now));
}

void Client::close(const Now& now) {
  wanted_ = false;
  if (is_down()) return;
  if (Session* session = up()) session->close();
  else fail(Reason::closed, at(now));
}

Result<Handle> Client::send(Bytes message, const Now&) {
  Session* session = up();
  if (!session) return Reason::not_connected;
  const Handle handle{next_handle_};
  if (const auto queued = session->send(message, handle); !queued) return queued.error();
  ++next_handle_;
  return handle;
}

Result<Done> Client::ping(const Now&) {
  Session* session = up();
  if (!session) return Reason::not_connected;
  session->ping();
  return Done{};
}

Result<Done> Client::rekey(const Now&) {
  Session* session = up();
  if (!session) return Reason::not_connected;
  return session->rekey();
}

// --- Events ------------------------------------------------------------------------------------------

// In the order in which they came about: a session ends after what came in it, and the next one begins after that.
std::optional<ClientEvent> Client::poll_event() {
  if (happened_) return std::exchange(happened_, std::nullopt);
  if (Outgoing* message = finished_.front()) {
    free_.push_back(*message);
    return Outcome{message->handle, message->reason};
  }
  if (ended_) return *std::exchange(ended_, std::nullopt);
  if (std::exchange(trying_, false)) return Trying{wire_};
  if (connected_) return Connected{*std::exchange(connected_, std::nullopt), wire_};
  if (std::exchange(weak_, false)) return Weak{};
  return std::nullopt;
}

void Client::drop(Reason reason, Tick now) {
  counters_.add(reason);
  if (drop_notices_.take(reason, now)) happened_ = Dropped{reason};
}

// --- Time --------------------------------------------------------------------------------------------

Tick Client::at(const Now& now) {
  latest_ = now.tick;
  return tick_of(now.tick);
}

std::optional<Instant> Client::next_timeout() const {
  std::optional<Tick> due;
  if (const Session* session = this->session()) {
    due = session->due();
  } else if (const auto* waiting = std::get_if<Waiting>(&state_)) {
    if (!stream_) due = waiting->until;
  } else if (stage() != Stage::unreachable) {
    due = !is_stream(transport_) && saying_.again_at < saying_.give_up_at ? saying_.again_at : saying_.give_up_at;
  }
  if (!due) return std::nullopt;
  return instant_of(*due, latest_);
}

void Client::timeout(const Now& now) {
  const Tick tick = at(now);
  if (Session* session = up()) {
    session->timeout(tick);
    after_session(tick);
  } else if (const auto* waiting = std::get_if<Waiting>(&state_)) {
    if (!stream_ && waiting->until <= tick) begin_attempt(tick);
  } else if (stage() != Stage::unreachable && saying_.give_up_at <= tick) {
    fail(Reason::handshake_timeout, tick);
  }
}

// --- Beginnings and ends -----------------------------------------------------------------------------

Stage Client::stage() const {
  if (std::holds_alternative<AwaitChallenge>(state_)) return Stage::unanswered;
  if (std::holds_alternative<AwaitSessionOk>(state_)) return Stage::challenged;
  return session() ? Stage::connected : Stage::unreachable;
}

void Client::begin_attempt(Tick now) {
  trying_ = true;
  if (!is_stream(transport_)) begin_handshake(now);
  else state_.emplace<AwaitStream>();
}

bool Client::wants_stream_now() const {
  return stage() != Stage::unreachable || std::holds_alternative<AwaitStream>(state_);
}

void Client::stream_is_there(Tick now) {
  stream_ = true;
  if (std::holds_alternative<AwaitStream>(state_)) begin_handshake(now);
}

void Client::stream_is_gone(Tick now) {
  stream_ = false;
  if (wants_stream_now()) fail(Reason::connection_lost, now);
}

void Client::fail(Reason reason, Tick now) {
  ended_ = Disconnected{reason, stage(), std::nullopt};
  if (Session* session = up()) session->end(reason);
  owed_ = {};
  // Where nobody understood version 2, version 1 is next at once; after that there is a pause.
  const bool try_wire_1 =
      features.wire_1 && config_.wires == Wires::both && wire_ == Wire::v2 && ended_->stage == Stage::unanswered;
  wire_ = try_wire_1 ? Wire::v1 : preferred(config_.wires);
  if (!wanted_ || !(config_.reconnect || try_wire_1)) {
    wanted_ = false;
    state_.emplace<Down>();
    return;
  }
  ended_->again_in = try_wire_1 ? Duration{} : backoff_.next(random_.value<std::uint32_t>());
  state_.emplace<Waiting>(now + ticks(*ended_->again_in));
}

void Client::after_session(Tick now) {
  const Session* session = this->session();
  if (session && session->ended() && session->acknowledgement_size() == 0) fail(*session->ended(), now);
}

}  // namespace tacit::usmp
