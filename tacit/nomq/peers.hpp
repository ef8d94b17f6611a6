#pragma once
#include "tacit/nomq/channels.hpp"

namespace tacit::nomq {

// Who is here: sessions that were heard, under the session they have now and the one before. A peer is
// never known by its address.
class Peers {
 public:
  struct BySession {
    using Key = SessionId;
    static Key key(const Peer::Name& name) { return name.session; }
    static std::size_t hash(Key session) { return static_cast<std::uint32_t>(session); }
    static Peer::Name*& next(Peer::Name& name) { return name.next_in_index; }
  };

  // `buckets`: for two names a peer.
  Peers(std::span<Peer> pool, std::span<Peer::Name*> buckets);

  Peer* find(SessionId session) const {
    const Peer::Name* name = names_.find(session);
    return name ? name->peer : nullptr;
  }
  // A free entry for a session that is not known, present from now on; null where all are taken. Where only
  // lost peers can make room, `longest_lost()` is to be forgotten first.
  Peer* add(SessionId session, const Path& from, Tick now);
  Peer* longest_lost() const { return lost_.front(); }
  bool has_free() const { return !free_.empty(); }

  void make_present(Peer& peer) { move_to(present_, peer, Peer::Presence::present); }
  void make_lost(Peer& peer) { move_to(lost_, peer, Peer::Presence::lost); }
  void free(Peer& peer);  // it owes nothing and listens to nothing any more

  // The peer goes by another session from now on, and still answers to the one it had.
  void rename(Peer& peer, SessionId session);
  // The same where an entry for the new session is there already: `into` answers to `previous` as well.
  void add_previous(Peer& into, SessionId previous);

  const List<Peer>& present() const { return present_; }
  const List<Peer>& lost() const { return lost_; }

 private:
  void move_to(List<Peer>& list, Peer& peer, Peer::Presence presence) {
    list.push_back(peer);
    peer.presence = presence;
  }
  void give_name(Peer::Name& name, SessionId session) {
    name.session = session;
    if (session != SessionId{}) names_.insert(name);
  }
  void take_name(Peer::Name& name) {
    if (name.session != SessionId{}) names_.erase(name);
    name.session = {};
  }

  List<Peer> free_, present_, lost_;
  Index<Peer::Name, BySession> names_;
};

}  // namespace tacit::nomq
