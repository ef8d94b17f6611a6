#include "tacit/nomq/retained.hpp"

namespace tacit::nomq {

RetainedMessages::RetainedMessages(Common& common, Channels& channels, std::span<Retained> pool, MutBytes memory,
                                   std::size_t per_channel)
    : common_(common), channels_(channels), pool_(pool), per_channel_(per_channel), again_next_(pool.size()) {
  const std::size_t each = pool.empty() ? 0 : memory.size() / pool.size();
  for (Retained& message : pool) {
    message.memory = memory.first(each);
    memory = memory.subspan(each);
    free_.push_back(message);
  }
}

Result<Done> RetainedMessages::make_room(const Publication& what, std::uint32_t now_s) {
  if (what.message.empty() || what.ttl_s == 0) return Done{};
  if (per_channel_ == 0) return Reason::retained_full;
  if (!room_for(what)) forget_expired(now_s);
  const Retained* room = room_for(what);
  if (!room || what.message.size() > room->memory.size()) return Reason::retained_full;
  if (!channels_.find_or_add(what.channel)) return Reason::retained_full;
  return Done{};
}

// The channel's oldest where it has as many as it may, and otherwise a free one.
Retained* RetainedMessages::room_for(const Publication& what) const {
  const Channel* channel = channels_.find(what.channel);
  const bool replaces = channel && channel->retained_count >= per_channel_;
  return replaces ? channel->retained.front() : free_.front();
}

void RetainedMessages::keep(const Publication& what, std::uint32_t now_s) {
  if (what.message.empty()) return clear(what.channel);
  if (what.ttl_s == 0) return;  // for now, and never kept
  Channel* channel = channels_.find_or_add(what.channel);
  Retained* fresh = room_for(what);
  require(channel && fresh);
  if (fresh->channel) --channel->retained_count;
  fresh->channel = channel;
  fresh->sequence = sequence_++;
  fresh->published_s = now_s;
  fresh->ttl_s = what.ttl_s;
  fresh->size = static_cast<std::uint16_t>(what.message.size());
  fresh->qos = what.qos;
  fresh->priority = what.priority;
  copy(what.message, fresh->memory);
  channel->retained.push_back(*fresh);
  ++channel->retained_count;
}

void RetainedMessages::clear(const ChannelId& id) {
  const Channel* channel = channels_.find(id);
  for (std::size_t left = channel ? channel->retained_count : 0; left > 0; --left) forget(*channel->retained.front());
}

void RetainedMessages::lacks_all(Interest& interest) {
  const Retained* oldest = interest.channel->retained.front();
  if (!oldest) return;
  if (!interest.lacks()) ++interest.peer->serving;
  interest.retained_next = oldest->sequence;
  interest.retained_end = sequence_;
  serving_.push_back(interest);
}

void RetainedMessages::resume(Peer& peer) {
  for (Interest* i = peer.serving > 0 ? peer.interests.front() : nullptr; i; i = peer.interests.after(*i))
    if (!i->serving) resume(*i);
}

RetainedMessages::Next RetainedMessages::next(std::uint32_t now_s) {
  while (Interest* interest = serving_.front()) {
    const Peer& peer = *interest->peer;
    // Who cannot be served now is resumed when that changes.
    if (peer.presence == Peer::Presence::present && (peer.address.proven || common_.legacy())) {
      for (Retained* m = interest->channel->retained.front(); m; m = interest->channel->retained.after(*m))
        if (!before(m->sequence, interest->retained_next) && before(m->sequence, interest->retained_end) &&
            !expired(*m, now_s))
          return {interest, m};
      interest->retained_next = interest->retained_end;
      --interest->peer->serving;
    }
    List<Interest, Serving>::remove(*interest);
  }
  return {};
}

void RetainedMessages::sent(const Next& next) {
  next.interest->retained_next = next.message->sequence + 1;
  if (!next.interest->lacks()) --next.interest->peer->serving;
  List<Interest, Serving>::remove(*next.interest);
}

Retained* RetainedMessages::again(std::uint32_t now_s) {
  for (; again_next_ < pool_.size(); ++again_next_) {
    Retained& message = pool_[again_next_];
    if (message.channel && !expired(message, now_s)) return &message;
  }
  return nullptr;
}

void RetainedMessages::forget(Retained& message) {
  Channel& channel = *message.channel;
  message.channel = nullptr;
  free_.push_front(message);
  --channel.retained_count;
  channels_.release(channel);
}

void RetainedMessages::forget_expired(std::uint32_t now_s) {
  for (Retained& message : pool_)
    if (message.channel && expired(message, now_s)) forget(message);
}

}  // namespace tacit::nomq
