#include "tacit/nomq/replay.hpp"

namespace tacit::nomq {

namespace {

bool at_most_once(const Header& header) { return PublishFlags::of(header.flags).qos == Qos::at_most_once; }
std::uint32_t number_of(const Header& header) { return static_cast<std::uint32_t>(header.id); }

}  // namespace

Result<Replay::Sight> Replay::look(const Header& header, bool ids_count_up, std::uint32_t nonce, Tick now) {
  if (ids_count_up) return look_counted(header, now);
  const Trace trace{header.session, nonce, Trace::Of::publish_nonce};
  if (traces_.find(trace)) return Sight::again;
  if (!traces_.has_room() && !sweep(now)) return Reason::replay_memory_full;
  if (!traces_.has_room()) return Reason::replay_memory_full;
  return Sight::first;
}

Result<Replay::Sight> Replay::look_counted(const Header& header, Tick now) {
  SessionMemory* memory = sessions_.find(header.session);
  if (!memory) {
    if (!sessions_.has_room()) (void)sweep(now);
    if (!sessions_.has_room()) return Reason::replay_memory_full;
    return Sight::first;
  }
  const Sighting seen = at_most_once(header) ? memory->at_most_once.look(number_of(header))
                                             : memory->acknowledged.look(number_of(header));
  if (seen == Sighting::too_old) return Reason::too_old;  // a sender never leaves so much unacknowledged behind it
  memory->last = now;
  return seen == Sighting::first ? Sight::first : Sight::again;
}

void Replay::remember(const Header& header, bool ids_count_up, std::uint32_t nonce, Tick now) {
  if (!ids_count_up) {
    *traces_.insert({header.session, nonce, Trace::Of::publish_nonce}) = SeenAt(now);
    return;
  }
  SessionMemory* memory = sessions_.find(header.session);
  if (!memory) memory = sessions_.insert(header.session);
  memory->last = now;
  if (at_most_once(header)) memory->at_most_once.mark(number_of(header));
  else memory->acknowledged.mark(number_of(header));
}

Result<Done> Replay::once(const Header& header, Trace::Of of, Tick now) {
  const Trace trace{header.session, number_of(header), of};
  if (SeenAt* known = traces_.find(trace)) {
    *known = SeenAt(now);
    return Reason::replay;
  }
  SeenAt* fresh = traces_.insert(trace);
  if (!fresh && sweep(now)) fresh = traces_.insert(trace);
  if (!fresh) return Reason::replay_memory_full;
  *fresh = SeenAt(now);
  return Done{};
}

// Asked for when a table is full, and done at most once a second: a newcomer stays cheap to refuse.
bool Replay::sweep(Tick now) {
  if (now - swept_ < ticks({1'000'000})) return false;
  swept_ = now;
  if (features.subscriber)
    sessions_.erase_if([&](const SessionMemory& memory) { return now - memory.last > memory_lasts; });
  traces_.erase_if([now](const SeenAt& seen) { return seen.gone(now); });
  return true;
}

}  // namespace tacit::nomq
