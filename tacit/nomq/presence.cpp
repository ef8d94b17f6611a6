#include "tacit/nomq/presence.hpp"

namespace tacit::nomq {

namespace {

constexpr std::size_t heartbeat_size = sealed_size(wire::size_of<HeartbeatBody>);
constexpr std::array<Ticks, 3> change_beats{ticks({50'000}), ticks({500'000}), ticks({3'000'000})};
const Path group{.to_group = true};

}  // namespace

void Presence::start(Tick now) {
  started_ = now;
  if (common_.legacy()) return;
  asks_left_ = discovery_asks;
  common_.timers.set(discovery, now);
  next_beat_ = now + common_.about(interval, 10);
  common_.timers.set_by(beat, next_beat_);
}

void Presence::announce_unsubscribe(Channel& channel, std::uint32_t place) {
  leaving_.push_back(channel);
  const auto left = static_cast<std::uint32_t>(channels_.own().size());
  if (announced_ > left) announced_ = left;       // the last had been told, like all
  else announced_ = std::min(announced_, place);  // it had not; some are told once more
}

void Presence::subscriptions_changed(Tick now) {
  if (common_.legacy()) return;
  changed_at_ = now;
  change_beats_left_ = change_beats.size();
  common_.timers.set_by(beat, changed_at_ + change_beats[0]);
}

void Presence::on_beat(Tick now) {
  if (features.subscriber && change_beats_left_ > 0 &&
      changed_at_ + change_beats[change_beats.size() - change_beats_left_] <= now) {
    --change_beats_left_;
    beat_now_ = true;
  }
  if (next_beat_ <= now) {
    next_beat_ = now + common_.about(interval, 10);
    beat_now_ = true;
  }
  common_.timers.set_by(beat, next_beat_);
  if (features.subscriber && change_beats_left_ > 0)
    common_.timers.set_by(beat, changed_at_ + change_beats[change_beats.size() - change_beats_left_]);
}

void Presence::on_discovery(Tick now) {
  ask_group_now_ = true;
  if (--asks_left_ > 0) common_.timers.set(discovery, now + discovery_gap);
}

void Presence::heard(Peer& peer, const Received& in, std::size_t answered) {
  const Path& from = in.from;
  const Tick now = in.at;
  peer.heard_at = now;
  peer.unanswered = 0;
  if (peer.presence == Peer::Presence::lost) {
    peers_.make_present(peer);
    peer.returned = true;
    peer.ask_due = now;
  }
  Route* route = &peer.address;
  if (from.peer != peer.address.peer) {
    route = &peer.candidate;
    if (from.peer != route->peer) {
      forget_candidate(peer);  // what it was asked went to another address
      route->become(from);
    }
  } else if (route->proven) {
    forget_candidate(peer);  // it is where it was; or if it did move, it will be heard again
  }
  route->take_local(from);
  if (!route->proven) route->earn(in.size - answered);
  if (common_.legacy()) {  // there is nothing to ask a board
    if (route == &peer.candidate) peer.address = peer.candidate, peer.candidate = {};
  } else if (route == &peer.candidate || reason_to_ask(peer, now)) {
    want_ask(peer, now);
  }
  if (peer.telling || peer.answer.to != PacketId{} || peer.ask_wait.count != 0) speak(peer);
  arm(peer, now);
}

void Presence::on_heartbeat(Peer& peer, const Received& in, const HeartbeatBody& body) {
  const Header& header = in.header();
  const Tick now = in.at;
  const auto flags = HeartbeatFlags::of(header.flags);
  const Peer::Ask* ask =
      body.answers != PacketId{} ? std::ranges::find(peer.asked, body.answers, &Peer::Ask::id) : nullptr;
  const bool answered = ask && ask != peer.asked.end() && now - ask->at <= proof_within;
  if (answered) prove(peer, ask->to_candidate);

  if (features.publisher && !in.packet.body().empty() && peer.told != body.subscriptions) {
    peer.told = body.subscriptions;
    tell_me_anew(peer);
  }
  if (features.publisher && answered)
    believe_what_was_told(peer);  // who listens to nothing has nothing to tell but this
  const bool of_all = header.channel == all_channels;
  if (flags.asks && (of_all || channels_.subscribed(header.channel))) {
    const Ticks patience{in.from.to_group ? common_.random.value<std::uint16_t>() % ticks({50'000}).count : 0};
    peer.answer = {now + patience, header.id, header.channel, in.from.peer == peer.candidate.peer};
    speak(peer);
  }
  if (features.subscriber && flags.wants_subscriptions) {
    peer.telling = true;
    peer.tell_next = 0;
    speak(peer);
  }
  if (reason_to_ask(peer, now)) want_ask(peer, now);
  arm(peer, now);
}

// The original answers a HEARTBEAT that names a channel it hears with one that names none. Two nodes that
// answered every one would never stop, so a peer gets at most one an interval.
void Presence::on_legacy_heartbeat(Peer& peer, const Received& in) {
  const Header& header = in.header();
  const Tick now = in.at;
  if (header.channel != ChannelId{} && !channels_.subscribed(header.channel)) return;
  if (peer.answered_before && now - peer.last_answer < interval) return;
  peer.answered_before = true;
  peer.last_answer = now;
  peer.answer = {now, header.id, {}, false};
  speak(peer);
}

// The answer to an ask proves the way that the ask went: somebody hears us there who can speak as this peer.
void Presence::prove(Peer& peer, bool candidate) {
  if (candidate) {
    peer.address = peer.candidate;
    forget_candidate(peer);
  }
  peer.address.proven = peer.just_proven = true;
  peer.asked = {};
  if (!has_more_to_tell(peer)) peer.ask_wait = {};  // or there is more to ask for, and less and less often
  if (peer.telling) speak(peer);
}

void Presence::forget_candidate(Peer& peer) {
  peer.candidate = {};
  peer.answer.to_candidate = false;
  for (Peer::Ask& ask : peer.asked)
    if (ask.to_candidate) ask = {};
}

Result<Interest*> Presence::listens(Peer& peer, const ChannelId& id) {
  auto interest = channels_.listen(peer, id);
  if (!interest) {
    peer.overfull = true;
    return interest;
  }
  if (!has_more_to_tell(peer) || (*interest)->told_anew) return interest;
  (*interest)->told_anew = true;
  peer.anew ^= mark_of(id);
  believe_what_was_told(peer);
  return interest;
}

void Presence::tell_me_anew(Peer& peer) {
  peer.anew = 0;
  for (Interest* i = peer.interests.front(); i; i = peer.interests.after(*i)) i->told_anew = false;
}

// Where all that it listens to was told again, what was not among it is over.
void Presence::believe_what_was_told(Peer& peer) {
  if (peer.anew != peer.told || !has_more_to_tell(peer)) return;
  for (Interest* old = peer.interests.front(); old;) {
    Interest* const next = peer.interests.after(*old);
    if (!old->told_anew) channels_.unlisten(*old);
    old = next;
  }
}

bool Presence::reason_to_ask(const Peer& peer, Tick now) const {
  const bool something_waits = peer.owes() || peer.telling || peer.serving != 0;
  if (something_waits && (peer.candidate.known() || !peer.address.proven)) return true;
  if (lacks_some(peer)) return true;
  return now - peer.heard_at >= interval * silent_intervals;
}

void Presence::want_ask(Peer& peer, Tick now) {
  if (common_.legacy() || peer.ask_wait.count != 0) return;
  peer.ask_due = now;
  peer.ask_wait = has_more_to_tell(peer) ? ticks({100'000}) : ticks({200'000});
  speak(peer);
}

// What is due already is being said, and not waited for.
void Presence::arm(Peer& peer, Tick now) {
  const auto wait_until = [&](Tick due) {
    if (due > now) common_.timers.set_by(peer, due);
  };
  // An alarm that is set comes long before the peer is silent, and whoever it wakes asks here again.
  if (peer.presence == Peer::Presence::present && !peer.set()) wait_until(peer.heard_at + interval * silent_intervals);
  if (peer.answer.to != PacketId{}) wait_until(peer.answer.due);
  if (peer.ask_wait.count != 0) wait_until(peer.ask_due);
}

bool Presence::on_alarm(Peer& peer, Tick now) {
  if (peer.presence != Peer::Presence::present) return false;
  const bool silent = now - peer.heard_at >= interval * silent_intervals;
  if (silent && (common_.legacy() || (peer.unanswered >= asks_before_lost && peer.ask_due <= now))) return true;
  if (peer.ask_wait.count == 0 && silent) {
    want_ask(peer, now);
    peer.ask_wait = ticks({1'000'000});
  } else if (peer.ask_wait.count != 0 && peer.ask_due <= now) {
    if (reason_to_ask(peer, now)) speak(peer);
    else peer.ask_wait = {};
  }
  if (peer.answer.to != PacketId{} && peer.answer.due <= now) speak(peer);
  arm(peer, now);
  return false;
}

bool Presence::transmit(Sealing& sealing, Tick now) {
  if (!say_to_group(sealing, now)) return false;
  while (Peer* peer = speaking_.front()) {
    if (!say_answer(*peer, sealing, now) || !say_ask(*peer, sealing, now) || !say_subscriptions(*peer, sealing))
      return false;
    List<Peer, Speaking>::remove(*peer);
  }
  return true;
}

// Each of these says what is due and may be said: false only where the outbox is full.
bool Presence::say_answer(Peer& peer, Sealing& sealing, Tick now) {
  OwedAnswer& answer = peer.answer;
  if (answer.to == PacketId{} || answer.due > now) return true;
  Route& route = answer.to_candidate && peer.candidate.known() ? peer.candidate : peer.address;
  if (common_.legacy()) {  // the original's: nothing in it; with the id of the ask, so that we know each other's
    Header header = header_of(PacketType::heartbeat, answer.to, all_channels);
    if (!sealing.add(header, {}, {}, route.path(), peer.from_2000)) return false;
    answer.to = {};
    return true;
  }
  if (!route.affords(heartbeat_size)) return true;
  const bool asks = !route.proven;
  const auto id = common_.fresh_id();
  if (!heartbeat(sealing, route.path(), id, {asks, asks && lacks_some(peer)}, answer.to, answer.channel)) return false;
  route.pay(heartbeat_size);
  answer.to = {};
  if (asks) note_ask(peer, {id, now, &route == &peer.candidate});
  return true;
}

bool Presence::say_ask(Peer& peer, Sealing& sealing, Tick now) {
  if (peer.ask_wait.count == 0 || peer.ask_due > now) return true;
  // Both ways in turn: who replays its packets can give a peer a candidate that never answers.
  const bool to_candidate = peer.candidate.known() && !peer.asked[0].to_candidate;
  Route& route = to_candidate ? peer.candidate : peer.address;
  const auto id = common_.fresh_id();
  // Who gave us no right to ask cannot answer either: the silence of both is counted.
  if (route.affords(heartbeat_size)) {
    const bool lacks = lacks_some(peer);
    if (!heartbeat(sealing, route.path(), id, {true, lacks}, PacketId{}, all_channels)) return false;
    route.pay(heartbeat_size);
    // Where one of the answers gets lost the next ones make up for it. What came late among them, and is over, makes
    // that they never fit; so we begin again from time to time.
    if (lacks && ++peer.lacking_asks % asks_for_all == 0) tell_me_anew(peer);
  }
  note_ask(peer, {id, now, to_candidate});
  return true;
}

void Presence::note_ask(Peer& peer, const Peer::Ask& ask) {
  peer.asked = {ask, peer.asked[0]};
  if (peer.ask_wait.count == 0) peer.ask_wait = ticks({200'000});
  peer.ask_due = ask.at + peer.ask_wait;
  peer.ask_wait = std::min(peer.ask_wait * 2, longest_ask_wait);
  if (ask.at - peer.heard_at >= interval * silent_intervals) ++peer.unanswered;
  common_.timers.set_by(peer, peer.ask_due);
}

bool Presence::say_subscriptions(Peer& peer, Sealing& sealing) {
  if (!features.subscriber || !peer.telling || !peer.address.proven)
    return true;  // what an unproven address may get is for the challenge
  for (const auto own = channels_.own(); peer.tell_next < own.size(); ++peer.tell_next)
    if (!name_channel(sealing, peer.address.path(), PacketType::subscribe, *own[peer.tell_next])) return false;
  peer.telling = false;
  return true;
}

bool Presence::say_to_group(Sealing& sealing, Tick now) {
  const auto beat_at_group = [&](HeartbeatFlags flags, const ChannelId& channel, std::uint16_t ttl_s) {
    return heartbeat(sealing, group, common_.fresh_id(), flags, PacketId{}, channel, ttl_s);
  };
  if (goodbye_) {
    if (!common_.legacy() && !beat_at_group({false, false}, all_channels, 0)) return false;
    goodbye_ = false;
  }
  if (!announce(sealing, now)) return false;
  if (beat_now_) {
    if (!beat_at_group({false, false}, all_channels, ttl_default_s)) return false;
    beat_now_ = false;
  }
  if (ask_group_now_) {
    const bool everybody = wanted_ == all_channels;
    if (!beat_at_group({true, everybody}, wanted_, ttl_default_s)) return false;
    ask_group_now_ = false;
  }
  return true;
}

// A board answers only a HEARTBEAT that names a channel it hears.
bool Presence::ask(Sealing& sealing, const Path& to, PacketId id) {
  if (!common_.legacy()) return heartbeat(sealing, to, id, {true, false}, PacketId{}, all_channels);
  const ChannelId& channel = channels_.own().empty() ? all_channels : channels_.own().front()->id;
  Header header = header_of(PacketType::heartbeat, id, channel);
  return sealing.add(header, {}, {}, to, common_.group_from_2000);
}

bool Presence::announce(Sealing& sealing, Tick now) {
  if (!features.subscriber) return true;
  while (Channel* channel = leaving_.front()) {
    if (!common_.paced(now)) return true;
    if (!name_channel(sealing, group, PacketType::unsubscribe, *channel)) return false;
    channels_.left(*channel);
  }
  for (; announced_ < channels_.own().size(); ++announced_) {
    if (!common_.paced(now)) return true;
    if (!name_channel(sealing, group, PacketType::subscribe, *channels_.own()[announced_])) return false;
  }
  return true;
}

bool Presence::heartbeat(Sealing& sealing, const Path& to, PacketId id, HeartbeatFlags flags, PacketId answers,
                         const ChannelId& channel, std::uint16_t ttl_s) {
  Header header = header_of(PacketType::heartbeat, id, channel);
  header.flags = flags.bits();
  header.ttl_s = ttl_s;
  std::array<std::uint8_t, wire::size_of<HeartbeatBody>> body;
  wire::encode(HeartbeatBody{answers, common_.self.previous(), channels_.mark()}, body);
  return sealing.add(header, body, {}, to);
}

bool Presence::name_channel(Sealing& sealing, const Path& to, PacketType type, const Channel& channel) {
  Header header = header_of(type, common_.fresh_id(), channel.id);
  header.flags = type == PacketType::subscribe ? channel.priority & 0x0F : 0;
  return sealing.add(header, bytes_of(channel.name), {}, to, common_.group_from_2000);
}

Header Presence::header_of(PacketType type, PacketId id, const ChannelId& channel) const {
  Header header;
  header.type = type;
  header.id = id;
  header.session = common_.self.session();
  header.channel = channel;
  return header;
}

}  // namespace tacit::nomq
