#include "tacit/nomq/peers.hpp"

namespace tacit::nomq {

Path Route::path() const { return {peer, {local_ip, local_port, local_interface}, false}; }

void Route::become(const Path& from) {
  *this = {};
  peer = from.peer;
  take_local(from);
}

void Route::take_local(const Path& from) {
  if (from.to_group) return;
  local_ip = from.local.ip;
  local_port = from.local.port;
  local_interface = from.local.interface;
}

Peers::Peers(std::span<Peer> pool, std::span<Peer::Name*> buckets) : names_(buckets) {
  for (Peer& peer : pool) {
    peer.kind = static_cast<std::uint8_t>(Alarm::peer);
    peer.current.peer = peer.previous.peer = &peer;
    free_.push_back(peer);
  }
}

Peer* Peers::add(SessionId session, const Path& from, Tick now) {
  Peer* peer = free_.front();
  if (!peer) return nullptr;
  static_cast<Acquaintance&>(*peer) = {};
  give_name(peer->current, session);
  make_present(*peer);
  peer->address.become(from);
  peer->heard_at = now;
  peer->appeared = true;
  return peer;
}

void Peers::free(Peer& peer) {
  require(!peer.owes() && peer.closed.empty() && peer.interests.empty());
  take_name(peer.current);
  take_name(peer.previous);
  List<Peer, Speaking>::remove(peer);
  List<Peer, Owing>::remove(peer);
  List<Peer, Reporting>::remove(peer);
  move_to(free_, peer, Peer::Presence::free);
}

void Peers::rename(Peer& peer, SessionId session) {
  const SessionId before = peer.current.session;
  take_name(peer.current);
  take_name(peer.previous);
  give_name(peer.current, session);
  give_name(peer.previous, before);
}

void Peers::add_previous(Peer& into, SessionId previous) {
  take_name(into.previous);
  give_name(into.previous, previous);
}

}  // namespace tacit::nomq
