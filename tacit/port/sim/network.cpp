#include "tacit/port/sim/network.hpp"

#include <algorithm>

namespace tacit::sim {

void Network::run(Duration duration) {
  const Instant end = clock_ + duration;
  for (;;) {
    std::optional<Instant> next;
    const auto sooner = [&](Instant t) { next = next ? std::min(*next, t) : t; };
    if (!flying_.empty()) sooner(flying_.begin()->first);
    for (const Seat* seat : seats_)
      if (const auto due = seat->next()) sooner(*due);
    if (!next || *next > end) break;
    clock_ = std::max(clock_, *next);
    land_all();
    for (Seat* seat : seats_) seat->wake();
  }
  clock_ = end;
}

void Network::seat(Seat& seat) { seats_.push_back(&seat); }
void Network::unseat(Seat& seat) { std::erase(seats_, &seat); }

void Network::send(const Packet& packet) {
  if (on_sent) on_sent(packet);
  if (!packet.to_group) return fly(packet, packet.to);
  for (const Seat* seat : seats_) fly(packet, seat->at());
}

void Network::fly(const Packet& packet, const Endpoint& to) {
  if (island(packet.from) != island(to)) return;
  if (loses && loses(packet, to)) return;
  if (random_.chance(air_.loss_percent)) return;
  for (int copies = random_.chance(air_.repeat_percent) ? 2 : 1; copies > 0; --copies) {
    Packet copy = packet;
    copy.to = to;
    damage(copy.bytes);
    const Duration delay{std::int64_t{random_.between(air_.delay_ms_min, air_.delay_ms_max)} * 1000};
    flying_.emplace(clock_ + delay, std::move(copy));
  }
}

void Network::damage(std::vector<std::uint8_t>& bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  if (random_.chance(air_.flip_percent))
    bytes[random_.below(size)] ^= static_cast<std::uint8_t>(1u << random_.below(8));
  if (random_.chance(air_.cut_percent)) bytes.resize(random_.below(size));
}

// All that arrives at one host at this instant is one batch. What arrives where nobody is, is gone.
void Network::land_all() {
  std::map<Endpoint, std::vector<Packet>> arrived;
  const auto end = flying_.upper_bound(clock_);
  for (auto it = flying_.begin(); it != end; ++it) arrived[it->second.to].push_back(std::move(it->second));
  flying_.erase(flying_.begin(), end);
  for (Seat* seat : seats_) {
    const auto here = arrived.find(seat->at());
    if (here == arrived.end()) continue;
    if (on_landed)
      for (const Packet& packet : here->second) on_landed(packet);
    seat->land(here->second);
  }
}

unsigned Network::island(const Endpoint& at) const {
  const auto found = islands_.find(at);
  return found == islands_.end() ? 0 : found->second;
}

}  // namespace tacit::sim
