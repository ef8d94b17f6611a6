#include "tacit/port/sim/streams.hpp"

#include <algorithm>

namespace tacit::sim {

void Pipe::write(Bytes bytes, Instant now, Random& random, unsigned delay_ms_max) {
  flying_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t size =
        random.chance(50) ? bytes.size() : 1 + random.below(static_cast<std::uint32_t>(bytes.size()));
    const Instant sooner = now + Duration{std::int64_t{random.between(0, delay_ms_max)} * 1000};
    const Instant arrives = pieces_.empty() ? sooner : std::max(sooner, pieces_.back().arrives);
    pieces_.push_back({arrives, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}});
    bytes = bytes.subspan(size);
  }
}

void Pipe::read(std::vector<std::uint8_t>& unread, Instant now) {
  for (; !pieces_.empty() && pieces_.front().arrives <= now; pieces_.pop_front()) {
    const auto& bytes = pieces_.front().bytes;
    unread.insert(unread.end(), bytes.begin(), bytes.end());
    flying_ -= bytes.size();
  }
}

std::optional<Instant> Pipe::next() const {
  if (pieces_.empty()) return std::nullopt;
  return pieces_.front().arrives;
}

std::shared_ptr<Line> Streams::connect(const Endpoint& client) {
  if (!reachable) return nullptr;
  auto line = std::make_shared<Line>();
  line->client = client;
  arrivals_.push_back(line);
  std::erase_if(lines_, [](const auto& old) { return old.expired(); });
  lines_.push_back(line);
  return line;
}

std::shared_ptr<Line> Streams::take_arrival() {
  auto line = std::move(arrivals_.front());
  arrivals_.pop_front();
  return line;
}

void Streams::break_one() {
  if (lines_.empty()) return;
  if (const auto line = lines_[random_.below(static_cast<std::uint32_t>(lines_.size()))].lock()) line->broken = true;
}

}  // namespace tacit::sim
