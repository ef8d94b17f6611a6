#include "tacit/nomq/channels.hpp"

namespace tacit::nomq {

Channels::Channels(std::span<Channel> pool, std::span<Channel*> pool_buckets, std::span<Channel*> own,
                   std::span<Interest> interests, std::span<Interest*> interest_buckets)
    : index_(pool_buckets), own_(own), interests_(interest_buckets) {
  require(pool.size() >= own.size());
  for (Channel& channel : pool) free_.push_back(channel);
  for (Interest& interest : interests) free_interests_.push_back(interest);
}

Channel* Channels::find_or_add(const ChannelId& id) {
  if (Channel* known = find(id)) return known;
  Channel* channel = free_.front();
  if (!channel) return nullptr;
  channel->id = id;
  channel->name = {};
  known_.push_back(*channel);
  index_.insert(*channel);
  return channel;
}

void Channels::release(Channel& channel) {
  if (!channel.idle() || !channel.name.empty()) return;
  index_.erase(channel);
  free_.push_front(channel);
}

Result<Channel*> Channels::subscribe(std::string_view name, std::uint8_t priority) {
  const ChannelId id = channel_id(name);
  if (Channel* already = subscribed(id)) {
    already->priority = priority;
    return already;
  }
  Channel* channel = own_count_ < own_.size() ? find_or_add(id) : nullptr;
  if (!channel) return Reason::channels_full;
  channel->name = name;
  known_.push_back(*channel);  // not leaving any more
  channel->priority = priority;
  own_[own_count_++] = channel;
  channel->own = own_count_;
  mark_ ^= mark_of(id);
  return channel;
}

void Channels::unsubscribe(Channel& channel) {
  Channel* last = own_[--own_count_];
  own_[channel.own - 1] = last;
  last->own = channel.own;
  channel.own = 0;
  mark_ ^= mark_of(channel.id);
}

void Channels::left(Channel& channel) {
  channel.name = {};
  known_.push_back(channel);
  release(channel);
}

Result<Interest*> Channels::listen(Peer& peer, const ChannelId& id) {
  Channel* channel = find(id);
  if (channel)
    if (Interest* known = interest(peer, *channel)) return known;
  Interest* fresh = free_interests_.front();
  if (fresh && !channel) channel = find_or_add(id);
  if (!fresh || !channel) return Reason::subscriptions_full;
  fresh->peer = &peer;
  fresh->channel = channel;
  fresh->serving = nullptr;
  fresh->retained_next = fresh->retained_end = 0;
  fresh->told_anew = false;
  peer.interests.push_back(*fresh);
  channel->audience.push_back(*fresh);
  interests_.insert(*fresh);
  ++interest_count_;
  peer.known ^= mark_of(id);
  return fresh;
}

void Channels::unlisten(Interest& interest) {
  Peer& peer = *interest.peer;
  Channel& channel = *interest.channel;
  interests_.erase(interest);
  --interest_count_;
  List<Interest, ByChannel>::remove(interest);
  List<Interest, Serving>::remove(interest);
  free_interests_.push_back(interest);
  if (interest.lacks()) --peer.serving;
  interest.retained_next = interest.retained_end;
  interest.serving = nullptr;  // what is on its way to the peer is nothing to this entry any more
  peer.known ^= mark_of(channel.id);
  if (interest.told_anew) peer.anew ^= mark_of(channel.id);
  peer.overfull = false;
  release(channel);
}

}  // namespace tacit::nomq
