#include "tacit/nomq/node.hpp"

#include <algorithm>
#include <utility>

namespace tacit::nomq {

namespace {

constexpr Ticks ping_lifetime = ticks({5'000'000});
constexpr Duration retained_gap_max{std::int64_t{20} * 86'400 * 1'000'000};  // what a Tick can tell
constexpr std::int64_t clock_step_us = std::int64_t{clock_window_s} * 1'000'000;

}  // namespace

Node::Node(const Config& config, const Tables& tables, crypto::PacketCipher& cipher, crypto::Random& random)
    : cipher_(cipher), common_(config, random, tables.timers),
      channels_(tables.channels, tables.channel_buckets, tables.own, tables.interests, tables.interest_buckets),
      peers_(tables.peers, tables.peer_buckets), presence_(common_, peers_, channels_),
      retained_(common_, channels_, tables.retained, tables.retained_memory, tables.retained_per_channel),
      answers_(tables.answers), replay_(tables.sessions, tables.traces),
      publisher_(common_, tables.publisher, peers_, channels_, presence_, retained_),
      subscriber_(common_, tables.subscriber, channels_, answers_, replay_), events_(tables.events),
      seal_jobs_(tables.seal_jobs), open_jobs_(tables.open_jobs) {
  // Or what all listen to could never be published.
  require(!features.publisher || tables.publisher.debts.size() > tables.peers.size());
  require(features.legacy || config.profile != Profile::legacy);
  require(features.manual_acknowledgement || !config.manual_acknowledgement);
  common_.group_from_2000 = common_.epoch() == Epoch::y2000;
}

// --- The owner's verbs -------------------------------------------------------------------------------

Result<ChannelId> Node::subscribe(std::string_view name, const Now& now, std::uint8_t priority) {
  if (!features.subscriber) return Reason::not_supported;
  if (name.empty() || priority > priority_max) return Reason::invalid_argument;
  if (name.size() > message_max) return Reason::too_large;
  const bool had = channels_.subscribed(channel_id(name)) != nullptr;
  const auto channel = channels_.subscribe(name, priority);
  if (!channel) return channel.error();
  if (!had) presence_.subscriptions_changed(at(now));
  return (*channel)->id;
}

Result<Done> Node::unsubscribe(std::string_view name, const Now& now) {
  if (!features.subscriber) return Reason::not_supported;
  Channel* channel = channels_.subscribed(channel_id(name));
  if (!channel) return Reason::unknown_channel;
  const std::uint32_t place = channel->own - 1;
  channels_.unsubscribe(*channel);
  presence_.announce_unsubscribe(*channel, place);
  presence_.subscriptions_changed(at(now));
  return Done{};
}

Result<Handle> Node::publish(const Publication& what, const Now& now) {
  (void)begin(now);
  if (what.retain && now.utc)
    if (auto room = retained_.make_room(what, now.utc->s); !room) return room.error();
  const auto handle = publisher_.publish(what, now);
  if (!handle) {
    if (Channel* made = channels_.find(what.channel)) channels_.release(*made);
    return handle;
  }
  if (what.retain) retained_.keep(what, now.utc->s);
  ++traffic_.messages_out;
  return handle;
}

Result<PacketId> Node::ping(const Path& path, const Now& now) {
  if (!features.ping) return Reason::not_supported;
  if (!now.utc) return Reason::no_wall_clock;
  if (common_.legacy() && channels_.own().empty()) return Reason::not_supported;
  const Tick tick = at(now);
  for (Ping& ping : pings_)
    if (ping.id == PacketId{} || tick - ping.at > ping_lifetime) {
      ping = {common_.fresh_id(), path, tick, false};
      return ping.id;
    }
  return Reason::queue_full;
}

void Node::goodbye() {
  presence_.say_goodbye();
  publisher_.close();
}

bool Node::listens(SessionId session, const ChannelId& id) const {
  const Peer* peer = peers_.find(session);
  const Channel* channel = channels_.find(id);
  return peer && channel && channels_.interest(*peer, *channel);
}

std::optional<PeerView> Node::peer(SessionId session) const {
  const Peer* peer = peers_.find(session);
  if (!peer) return std::nullopt;
  return view(*peer);
}

PeerView Node::view(const Peer& p) const {
  return {p.current.session,
          p.address.path(),
          p.presence == Peer::Presence::present,
          p.address.proven,
          latest_ - duration_of(tick_of(latest_) - p.heard_at),
          p.round_trip.smoothed()};
}

// --- Time --------------------------------------------------------------------------------------------

// Instants come in here, and inside there are ticks.
Tick Node::at(const Now& now) {
  latest_ = now.tick;
  return tick_of(now.tick);
}

// Nothing happens before there is a wall clock: no packet could be sent or believed.
Tick Node::begin(const Now& now) {
  const Tick tick = at(now);
  if (!now.utc) return tick;
  watch_clock(now);
  if (begun_) return tick;
  begun_ = true;
  presence_.start(tick);
  common_.timers.set(renewal_, tick + session_lifetime);
  if (common_.legacy() && common_.config.legacy_retained_every.us > 0) common_.timers.set(again_, tick + again_gap());
  return tick;
}

Ticks Node::again_gap() const { return ticks(std::min(common_.config.legacy_retained_every, retained_gap_max)); }

std::optional<Instant> Node::next_timeout() const {
  const auto next = common_.timers.next();
  if (!next) return std::nullopt;
  return instant_of(*next, latest_);
}

// A step back of the wall clock makes old packets young again, of which nothing is remembered any more. So
// one by more than their window counts as a restart. After a step forward, such as a chip's when it first hears what
// time it is, our start was later than the clock said: what was published before it has the time of a good clock.
void Node::watch_clock(const Now& now) {
  const std::int64_t offset_us = std::int64_t{now.utc->s} * 1'000'000 + now.utc->ns / 1000 - now.tick.us;
  if (!begun_ || offset_us < clock_offset_us_ - clock_step_us) {
    started_ = now.tick;
    clock_offset_us_ = offset_us;
  }
  clock_offset_us_ = std::max(clock_offset_us_, offset_us);
  subscriber_.started(started_.us + clock_offset_us_);
}

void Node::timeout(const Now& now) {
  const Tick tick = begin(now);
  while (Timer* timer = common_.timers.pop_due(tick)) on_alarm(*timer, tick);
}

void Node::on_alarm(Timer& timer, Tick now) {
  switch (static_cast<Alarm>(timer.kind)) {
    case Alarm::peer: {
      auto& peer = static_cast<Peer&>(timer);
      if (presence_.on_alarm(peer, now)) return lose(peer);
      return publisher_.on_peer_alarm(peer, now);
    }
    case Alarm::slot: return publisher_.on_slot_alarm(static_cast<Slot&>(timer), now);
    case Alarm::receipt: return subscriber_.on_receipt_alarm(static_cast<Receipt&>(timer), now);
    case Alarm::beat: return presence_.on_beat(now);
    case Alarm::moment: return publisher_.on_moment(now);
    case Alarm::relief: return publisher_.on_relief(now);
    case Alarm::pace: return;  // poll_transmit() follows, and goes on
    case Alarm::discovery:
      presence_.look_for(channels_.own().empty() ? publisher_.only_channel_waiting() : nullptr);
      return presence_.on_discovery(now);
    case Alarm::renewal:
      publisher_.renew_session(now);
      presence_.say_renewed();
      return common_.timers.set(timer, now + session_lifetime);
    case Alarm::retained: retained_.start_again(); return common_.timers.set(timer, now + again_gap());
  }
}

// --- Received ----------------------------------------------------------------------------------------

// A datagram makes at most one event and one answer. Opening changes its bytes, so the room is counted
// before: what is opened is consumed, and what is not consumed was never touched.
std::size_t Node::input(std::span<Datagram> in, const Now& now) {
  const Tick tick = begin(now);
  std::size_t consumed = 0;
  while (const std::size_t batch = std::min(in.size() - consumed, input_room())) {
    input_batch(in.subspan(consumed, batch), now.utc, tick);
    consumed += batch;
  }
  return consumed;
}

std::size_t Node::input_room() const { return std::min({open_jobs_.size(), events_.room(), answers_.room()}); }

// What is fetched arrives while the cipher works. That somebody may claim what is not true does no harm here.
void Node::prefetch_channels(std::span<const crypto::OpenJob> jobs) const {
  for (const crypto::OpenJob& job : jobs) channels_.prefetch(claimed_channel(job.authenticated));
  for (const crypto::OpenJob& job : jobs) channels_.prefetch_channel(claimed_channel(job.authenticated));
}

void Node::input_batch(std::span<Datagram> in, const std::optional<UnixTime>& utc, Tick now) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    auto fine = utc ? check_shape(in[i].bytes) : Result<Done>(Reason::no_wall_clock);
    // Who publishes to the group hears all of it again. What says that it is our own is dropped whether that is true or
    // not, so its mac is not worth the time.
    if (fine && common_.self.ours(claimed_session(in[i].bytes), now)) fine = Reason::own;
    if (!fine) {
      drop(fine.error(), in[i].path, now);
      continue;
    }
    crypto::OpenJob& job = open_jobs_[count++];
    job = open_job(in[i].bytes);
    job.place = static_cast<std::uint16_t>(i);
  }
  const auto jobs = open_jobs_.first(count);
  if (channels_.far()) prefetch_channels(jobs);
  cipher_.open(jobs);
  for (const crypto::OpenJob& job : jobs) {
    const Datagram& datagram = in[job.place];
    const auto packet = finish_open(job, {utc->s, common_.epoch()});
    if (packet) on_packet({*packet, datagram.path, datagram.bytes.size(), now});
    else drop(packet.error(), datagram.path, now);
  }
}

void Node::on_packet(const Received& in) {
  const Header& header = in.header();
  ++traffic_.packets_in;

  const std::size_t room_before = answers_.room();
  const auto counts = dispatch(in);
  if (!counts) return drop(counts.error(), in.from, in.at);
  if (!*counts) return;
  Peer* peer = common_.legacy() ? learn(in) : peers_.find(header.session);
  std::size_t answered = room_before - answers_.room();
  const bool publish = header.type == PacketType::publish && PublishFlags::of(header.flags).qos != Qos::at_most_once;
  if (publish) answered = 1;  // at once, or when the owner accepts it
  if (peer) hear(*peer, in, answered * Answers::packet_size);
}

// True: the packet counts, it is news; and it remains to be said whom it is from. What was repeated proves,
// moves and enlivens nobody.
Result<bool> Node::dispatch(const Received& in) {
  const auto but = [](Result<Done> done, bool counts) { return done ? Result<bool>(counts) : done.error(); };
  switch (in.header().type) {
    case PacketType::publish: return but(on_publish(in), true);
    case PacketType::subscribe:
    case PacketType::unsubscribe: return but(on_subscription(in), false);
    case PacketType::heartbeat: return but(on_heartbeat(in), false);
    case PacketType::pubrel:
      if (!features.qos2) return Reason::not_supported;
      return subscriber_.on_pubrel(in);
    case PacketType::pubrec:
    case PacketType::pubcomp:
      if (!features.qos2) return Reason::not_supported;
      [[fallthrough]];
    case PacketType::ack: return publisher_.on_acknowledgement(in, peers_.find(in.header().session), answers_);
  }
  return Reason::bad_type;
}

Result<Done> Node::on_publish(const Received& in) {
  const auto taken = subscriber_.on_publish(in, events_.draft());
  if (!taken) return taken;
  events_.push_draft();
  ++traffic_.messages_in;
  return Done{};
}

Result<Done> Node::on_subscription(const Received& in) {
  const Header& header = in.header();
  const std::string_view name = text_of(in.packet.body());
  if (name.empty()) return Reason::bad_body;
  if (name.size() > message_max) return Reason::too_large;  // as subscribe() has it; owners keep these names
  if (channel_id(name) != header.channel) return Reason::bad_channel_id;
  const bool subscribes = header.type == PacketType::subscribe;
  const auto first = replay_.once(header, subscribes ? Trace::Of::subscribe : Trace::Of::unsubscribe, in.at);
  if (!first) return first.error();

  Peer* peer = subscribes ? learn(in) : peers_.find(header.session);
  if (!peer) return subscribes ? Result<Done>(Reason::peers_full) : Done{};
  hear(*peer, in, 0);
  if (!features.publisher) return Done{};  // who listens is nothing to us
  if (subscribes) return on_listens(*peer, header.channel, name, in.at);
  const Channel* channel = channels_.find(header.channel);
  Interest* interest = channel ? channels_.interest(*peer, *channel) : nullptr;
  if (!interest) return Done{};
  events_.tell<PeerSubscription>(false, peer->current.session, name, header.channel);
  channels_.unlisten(*interest);
  publisher_.forgive_unlistened(*peer);
  return Done{};
}

Result<Done> Node::on_listens(Peer& peer, const ChannelId& id, std::string_view name, Tick now) {
  const Channel* channel = channels_.find(id);
  const bool knew = channel && channels_.interest(peer, *channel);
  const auto interest = presence_.listens(peer, id);
  if (!interest) return interest.error();
  if (peer.owes()) publisher_.forgive_unlistened(peer);
  if (knew) return Done{};
  events_.tell<PeerSubscription>(true, peer.current.session, name, id);
  retained_.lacks_all(**interest);
  if (peer.serving > 0 && !peer.address.proven) presence_.want_ask(peer, now);
  return Done{};
}

Result<Done> Node::on_heartbeat(const Received& in) {
  const Header& header = in.header();
  HeartbeatBody body;
  if (!common_.legacy() && !in.packet.body().empty()) {
    if (in.packet.body().size() != wire::size_of<HeartbeatBody>) return Reason::bad_body;
    body = *wire::decode<HeartbeatBody>(in.packet.body());
  }
  const auto first = replay_.once(header, Trace::Of::heartbeat, in.at);
  if (!first) return first.error();

  Peer* known = peers_.find(header.session);
  Peer* before = body.previous != SessionId{} ? peers_.find(body.previous) : nullptr;
  if (!common_.legacy() && header.ttl_s == 0) {  // a goodbye
    if (!known) known = before;
    if (!known) return Done{};
    events_.tell<PeerChange>(PeerChange::What::left, known->current.session, in.from);
    forget(*known);
    return Done{};
  }
  if (before && before != known && (!known || known->current.session == header.session))
    renewed(*before, header.session);
  Peer* peer = learn(in);
  if (!peer) return Reason::peers_full;
  hear(*peer, in, 0);
  // Our pings name no channel, so an answer to one is no SUBSCRIBE too: one datagram, one event.
  if (header.channel == all_channels && answers_ping(body.answers, in.from, in.at))
    events_.tell<Answered>(body.answers, peer->current.session, in.from);
  if (common_.legacy()) {
    presence_.on_legacy_heartbeat(*peer, in);
    return Done{};
  }
  presence_.on_heartbeat(*peer, in, body);
  if (peer->owes()) publisher_.forgive_unlistened(*peer);
  after_hearing(*peer);
  // The answer to an ask for a channel's subscribers counts as a SUBSCRIBE.
  if (features.publisher && body.answers != PacketId{} && header.channel != all_channels)
    return on_listens(*peer, header.channel, {}, in.at);
  return Done{};
}

// Answers to the whole group's ping may be many.
bool Node::answers_ping(PacketId answers, const Path& from, Tick now) {
  if (!features.ping) return false;
  for (Ping& ping : pings_) {
    if (ping.id == PacketId{} || !ping.sent || now - ping.at > ping_lifetime) continue;
    if (common_.legacy() ? from.peer != ping.path.peer : answers != ping.id) continue;
    if (!ping.path.to_group) ping.id = {};
    return true;
  }
  return false;
}

// --- Peers -------------------------------------------------------------------------------------------

Peer* Node::learn(const Received& in) {
  const SessionId session = in.header().session;
  Peer* peer = peers_.find(session);
  if (!peer) {
    if (!peers_.has_free())
      if (Peer* lost = peers_.longest_lost()) forget(*lost);
    peer = peers_.add(session, in.from, in.at);
    if (!peer) return nullptr;
    reporting_.push_back(*peer);
  }
  if (common_.legacy()) {
    peer->from_2000 = in.packet.from_2000();
    if (common_.epoch() == Epoch::automatic) common_.group_from_2000 = peer->from_2000;
  }
  return peer;
}

void Node::hear(Peer& peer, const Received& in, std::size_t answered) {
  presence_.heard(peer, in, answered);
  after_hearing(peer);
}

void Node::after_hearing(Peer& peer) {
  if (peer.returned) reporting_.push_back(peer);
  if (peer.just_proven || peer.returned) retained_.resume(peer);
  peer.just_proven = false;
  publisher_.resume(peer);
}

// The peer says that it had this session before. Where the new one has an entry already, because something
// else of it came first, that entry takes over what the old one listens to and owes.
void Node::renewed(Peer& known, SessionId session) {
  Peer* other = peers_.find(session);
  if (!other) return peers_.rename(known, session);
  while (Interest* old = known.first_interest()) {
    const ChannelId id = old->channel->id;
    const auto next = old->retained_next, end = old->retained_end;
    Slot* const serving = old->serving;
    const bool knew = channels_.interest(*other, *old->channel);
    channels_.unlisten(*old);
    const auto now_its = channels_.listen(*other, id);
    if (!now_its) continue;
    // It has had what the old session had.
    Interest& interest = **now_its;
    if (knew && interest.lacks()) --other->serving;
    interest.retained_next = next;
    interest.retained_end = end;
    if (interest.lacks()) ++other->serving;
    if (serving) serving->interest = &interest;
    interest.serving = serving;
    if (!serving) retained_.resume(interest);
  }
  publisher_.inherit(known, *other);
  const SessionId before = known.current.session;
  forget(known);
  peers_.add_previous(*other, before);
}

void Node::lose(Peer& peer) {
  peers_.make_lost(peer);
  publisher_.forgive(peer, Reason::peer_lost);
  peer.went = !common_.legacy();
  if (peer.went) reporting_.push_back(peer);
}

void Node::forget(Peer& peer) {
  publisher_.forgive(peer, Reason::peer_lost);
  publisher_.forget(peer);
  while (Interest* interest = peer.first_interest()) channels_.unlisten(*interest);
  common_.timers.cancel(peer);
  peers_.free(peer);
}

// --- Told and sent -----------------------------------------------------------------------------------

std::optional<Event> Node::poll_event() {
  std::optional<Event> event;
  if (tell_change(event)) return event;
  if (const Event* first = events_.pop()) event.emplace(*first);
  else if (publisher_.has_outcome()) publisher_.take_outcome(event.emplace().emplace<Outcome>());
  return event;
}

bool Node::tell_change(std::optional<Event>& event) {
  while (Peer* peer = reporting_.front()) {
    const auto is_news = [](bool& flag) { return std::exchange(flag, false); };
    auto what = PeerChange::What::appeared;
    if (is_news(peer->appeared)) what = PeerChange::What::appeared;
    else if (is_news(peer->went)) what = PeerChange::What::lost;
    else if (is_news(peer->returned)) what = PeerChange::What::returned;
    else {
      List<Peer, Reporting>::remove(*peer);
      continue;
    }
    event = PeerChange{what, peer->current.session, peer->address.path()};
    return true;
  }
  return false;
}

void Node::drop(Reason reason, const Path& from, Tick now) {
  common_.counters.add(reason);
  if (drop_notices_.take(reason, now)) events_.tell<Dropped>(reason, from);
}

void Node::poll_transmit(Outbox& out, const Now& now) {
  const Tick tick = begin(now);
  if (!now.utc) return answers_.clear();  // no packet without a time; peers will ask again
  Sealing sealing(cipher_, seal_jobs_, common_.random, out, *now.utc);
  const Retained* again = nullptr;
  while ((again = retained_.again(sealing.now_s())) && publisher_.publish_again(*again)) retained_.skip_again();
  (void)(answers_.transmit(sealing) && subscriber_.transmit(sealing, tick) && transmit_pings(sealing) &&
         presence_.transmit(sealing, tick) && publisher_.transmit(sealing, tick));
  traffic_.packets_out += sealing.added();
}

bool Node::transmit_pings(Sealing& sealing) {
  if (!features.ping) return true;
  for (Ping& ping : pings_) {
    if (ping.id == PacketId{} || ping.sent) continue;
    if (!presence_.ask(sealing, ping.path, ping.id)) return false;
    ping.sent = true;
  }
  return true;
}

}  // namespace tacit::nomq
