#pragma once
#include "tacit/nomq/peer.hpp"

namespace tacit::nomq {

// Which channels are known here, who listens to them, and which of them we hear ourselves.
class Channels {
 public:
  struct ById {
    using Key = ChannelId;
    static const Key& key(const Channel& c) { return c.id; }
    static std::size_t hash(const Key& id) { return mark_of(id); }  // an id is the output of a hash already
    static Channel*& next(Channel& c) { return c.next_in_index; }
  };
  struct ByPair {
    using Key = std::pair<const Peer*, const Channel*>;
    static Key key(const Interest& i) { return {i.peer, i.channel}; }
    static std::size_t hash(const Key& key) { return mark_of(key.second->id) ^ place_hash(key.first); }
    static Interest*& next(Interest& i) { return i.next_in_index; }
  };

  // `own` has a place for each subscription of ours, `pool` for each of those and of `interests`.
  Channels(std::span<Channel> pool, std::span<Channel*> pool_buckets, std::span<Channel*> own,
           std::span<Interest> interests, std::span<Interest*> interest_buckets);

  Channel* find(const ChannelId& id) const { return index_.find(id); }
  // Ours are more than the processor keeps near; then find() is soon called for each of a batch. It may fetch where it
  // is, and then what is there.
  bool far() const { return sizeof(void*) >= 8 && own_count_ > near_max; }  // a chip's memory is all as near
  void prefetch(const ChannelId& id) const { index_.prefetch(id); }
  void prefetch_channel(const ChannelId& id) const {
    const Channel* channel = find(id);  // whose id was looked at
    if (channel) __builtin_prefetch(&channel->own), __builtin_prefetch(&channel->audience);
  }
  Channel* subscribed(const ChannelId& id) const {
    if (!features.subscriber) return nullptr;
    Channel* channel = find(id);
    return channel && channel->own != 0 ? channel : nullptr;
  }
  Channel* find_or_add(const ChannelId&);  // null where the pool is full
  void release(Channel&);                  // forgets a channel that nobody needs any more

  // Ours. `name` lives until the UNSUBSCRIBE has left. Gives channels_full.
  Result<Channel*> subscribe(std::string_view name, std::uint8_t priority);
  void unsubscribe(Channel&);
  void left(Channel&);  // the UNSUBSCRIBE has left
  std::span<Channel* const> own() const { return own_.first(own_count_); }
  std::uint32_t mark() const { return mark_; }  // for a HEARTBEAT

  // A peer's. Gives subscriptions_full.
  Interest* interest(const Peer& peer, const Channel& channel) const { return interests_.find({&peer, &channel}); }
  Result<Interest*> listen(Peer&, const ChannelId&);
  void unlisten(Interest&);
  // So many that the processor does not keep them near, as far(): who sends fetches them ahead.
  bool listeners_are_far() const { return sizeof(void*) >= 8 && interest_count_ > near_max; }

 private:
  static constexpr std::uint32_t near_max = 512;
  List<Channel> free_, known_;
  Index<Channel, ById> index_;
  std::span<Channel*> own_;
  std::uint32_t own_count_ = 0, mark_ = 0;
  List<Interest, ByPeer> free_interests_;
  Index<Interest, ByPair> interests_;
  std::uint32_t interest_count_ = 0;
};

}  // namespace tacit::nomq
