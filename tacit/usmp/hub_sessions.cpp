#include "tacit/usmp/hub_sessions.hpp"

namespace tacit::usmp {

HubSessions::HubSessions(const Tables& tables, std::uint32_t salt)
    : pool_(tables.pool), salt_(salt), by_id_(tables.id_buckets), by_device_(tables.device_buckets),
      by_place_(tables.place_buckets) {
  std::uint32_t slot = 0;
  for (HubSession& session : pool_) {
    session.slot = slot++;
    session.home.session = session.candidate.session = &session;
    session.kind = static_cast<std::uint8_t>(Alarm::session);
    free_.push_back(session);
  }
}

HubSession* HubSessions::add(const SessionId& id, const DeviceId& device) {
  HubSession* session = free_.front();
  if (!session) return nullptr;
  List<HubSession>::remove(*session);
  ++count_;
  session->state = HubSession::State::promised;
  session->tell_connected = session->tell_weak = session->tell_moving = session->tell_moved = false;
  session->tell_answered = false;
  session->ping_wanted = false;
  session->outgoing = 0;
  ++session->generation;
  session->device = device;
  session->id_front = front_of(id);
  session->device_hash = salted_hash(salt_, device);
  by_id_.insert(*session);
  by_device_.insert(*session);
  return session;
}

void HubSessions::free(HubSession& session) {
  require(!session.session && !session.set());
  by_id_.erase(session);
  by_device_.erase(session);
  remove(session.home);
  remove(session.candidate);
  List<HubSession, Telling>::remove(session);
  List<HubSession, Speaking>::remove(session);
  session.state = HubSession::State::free;
  free_.push_back(session);  // the longest free one is taken next, so that generations go far
  --count_;
}

void HubSessions::put(Place& place, const Path& path) {
  remove(place);
  place.path = path;
  place.hash = salted_hash(salt_, path.peer);
  place.known = true;
  by_place_.insert(place);
}

void HubSessions::remove(Place& place) {
  if (!place.known) return;
  by_place_.erase(place);
  place.known = false;
}

}  // namespace tacit::usmp
