#include "tacit/e2e/seen.hpp"

#include <utility>

namespace tacit::e2e {

Seen::Seen(const Tables& tables) : index_(tables.buckets), oldest_(tables.oldest) {
  require(!tables.packets.empty() && tables.packets.size() == oldest_.size());
  for (std::size_t i = 0; i < oldest_.size(); ++i) oldest_[i] = &tables.packets[i];
}

Result<Done> Seen::look(const Iv& iv) const {
  if (const Packet* known = index_.find(iv)) return known->own ? Reason::own : Reason::replay;
  if (const auto why = forgotten_.find(time_of(iv))) return *why;
  return Done{};
}

void Seen::remember(const Iv& iv, bool own, PacketTime now, PacketSpan past) {
  // What is over stays while it takes no more than half of the room: a clock that is put back makes it matter again,
  // and what is known by its IV shuts out nothing else of its time. Two go while one comes, so that no call has much to
  // do after a quiet hour.
  const auto over = [&] { return used_ > oldest_.size() / 2 && ns_between(time_of(oldest_[0]->iv), now) > past.ns; };
  for (int n = 0; n < 2 && over(); ++n) forget_oldest(Reason::too_old);

  if (full()) {
    // The newcomer may be the oldest of all.
    if (time_of(iv) < time_of(oldest_[0]->iv)) return forgotten_.add(time_of(iv), Reason::replay_memory_full);
    forget_oldest(Reason::replay_memory_full);
  }
  Packet& packet = *oldest_[used_];
  packet.iv = iv;
  packet.own = own;
  index_.insert(packet);
  up(used_++);
}

void Seen::forget_oldest(Reason why) {
  Packet& packet = *oldest_[0];
  forgotten_.add(time_of(packet.iv), why);
  index_.erase(packet);
  std::swap(oldest_[0], oldest_[--used_]);
  down(0);
}

void Seen::up(std::size_t at) {
  while (at > 0) {
    const std::size_t above = (at - 1) / 2;
    if (time_of(oldest_[above]->iv) <= time_of(oldest_[at]->iv)) return;
    std::swap(oldest_[above], oldest_[at]);
    at = above;
  }
}

void Seen::down(std::size_t at) {
  for (;;) {
    std::size_t oldest = at;
    for (std::size_t below = 2 * at + 1; below <= 2 * at + 2 && below < used_; ++below)
      if (time_of(oldest_[below]->iv) < time_of(oldest_[oldest]->iv)) oldest = below;
    if (oldest == at) return;
    std::swap(oldest_[at], oldest_[oldest]);
    at = oldest;
  }
}

}  // namespace tacit::e2e
