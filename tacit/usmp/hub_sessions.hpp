#pragma once
#include "tacit/kit/salted_hash.hpp"
#include "tacit/usmp/hub_session.hpp"

namespace tacit::usmp {

// All sessions of a hub, found by what their frames say (the session's id), by their device, or by their address. The
// last is for acknowledgements alone, which say no more: a session is never known by where it is.
class HubSessions {
 public:
  // `buckets`: of each a power of two. `salt` as in Admission.
  struct Tables {
    std::span<HubSession> pool;
    std::span<HubSession*> id_buckets, device_buckets;
    std::span<Place*> place_buckets;
  };
  HubSessions(const Tables&, std::uint32_t salt);

  // A session with a new id, promised, that is found by its id and its device; null where all are taken.
  HubSession* add(const SessionId&, const DeviceId&);
  void free(HubSession&);  // its Session is gone

  HubSession* find(SessionRef ref) {
    const bool named = ref.slot < pool_.size() && pool_[ref.slot].generation == ref.generation;
    return named && pool_[ref.slot].state != HubSession::State::free ? &pool_[ref.slot] : nullptr;
  }
  // By the eight bytes of a session's id that are in every nonce.
  HubSession* find_by_id(Bytes id_front) const { return by_id_.find(front_of(id_front)); }

  // Of a frame that comes soon: where its session is, and when that has come, the session.
  void prefetch(Bytes id_front) const { by_id_.prefetch(front_of(id_front)); }
  void prefetch_session(Bytes id_front) const {
    if (const HubSession* const likely = by_id_.first(front_of(id_front))) likely->prefetch();
  }

  // Datagrams: from now on the session is found there as well, at its home or its candidate.
  void put(Place&, const Path&);
  void remove(Place&);

  // `each` frees none of them.
  template <class Each> void for_each_of(const DeviceId& device, Each each) {
    const DeviceKey key{device, salted_hash(salt_, device)};
    for (HubSession* at = by_device_.find(key); at; at = at->next_by_device)
      if (at->device == device) each(*at);
  }
  // The first place at this address of which this holds.
  template <class Holds> Place* find_at(const Endpoint& peer, Holds holds) {
    Place* at = by_place_.find({peer, salted_hash(salt_, peer)});
    while (at && !(at->path.peer == peer && holds(*at))) at = at->next_in_index;
    return at;
  }
  // `each` may free the one that it is given.
  template <class Each> void for_each(Each each) {
    for (HubSession& s : pool_)
      if (s.session) each(s);
  }
  std::size_t count() const { return count_; }

 private:
  struct DeviceKey {
    DeviceId device{};
    std::uint32_t hash = 0;
    friend bool operator==(const DeviceKey&, const DeviceKey&) = default;
  };
  struct ById {
    using Key = std::uint64_t;  // random, and ours: nobody steers it
    static Key key(const HubSession& s) { return s.id_front; }
    static std::size_t hash(Key key) { return static_cast<std::size_t>(key >> 16); }
    static HubSession*& next(HubSession& s) { return s.next_by_id; }
  };
  struct ByDevice {
    using Key = DeviceKey;
    static Key key(const HubSession& s) { return {s.device, s.device_hash}; }
    static std::size_t hash(const Key& key) { return key.hash; }
    static HubSession*& next(HubSession& s) { return s.next_by_device; }
  };
  struct ByPlace {
    using Key = PlaceKey;
    static Key key(const Place& place) { return {place.path.peer, place.hash}; }
    static std::size_t hash(const Key& key) { return key.hash; }
    static Place*& next(Place& place) { return place.next_in_index; }
  };

  static std::uint64_t front_of(Bytes id) {
    std::uint64_t front;
    std::memcpy(&front, id.data(), sizeof(front));
    return front;
  }

  std::span<HubSession> pool_;
  std::uint32_t salt_;
  List<HubSession> free_;
  std::size_t count_ = 0;
  Index<HubSession, ById> by_id_;
  Index<HubSession, ByDevice> by_device_;
  Index<Place, ByPlace> by_place_;
};

}  // namespace tacit::usmp
