#include "tacit/port/mqtt/subscriptions.hpp"

namespace tacit::mqtt_port {
namespace {

constexpr std::size_t subscriptions_max = 64;

}  // namespace

Result<Done> Subscriptions::add(const std::string& filter, Qos qos) {
  if (!wanted_.contains(filter) && wanted_.size() >= subscriptions_max) return Reason::queue_full;
  wanted_[filter] = qos;
  return Done{};
}

bool Subscriptions::remove(const std::string& filter) { return wanted_.erase(filter) > 0; }

void Subscriptions::ask(Connection& connection, const std::string& filter, Qos qos) {
  if (const auto id = connection.subscribe(filter, qos)) asked_.emplace(*id, filter);
}

void Subscriptions::ask_all(Connection& connection) {
  for (const auto& [filter, qos] : wanted_) ask(connection, filter, qos);
}

std::optional<std::string> Subscriptions::answered(PacketId id) {
  const auto found = asked_.extract(id);
  return found ? std::optional(found.mapped()) : std::nullopt;
}

}  // namespace tacit::mqtt_port
