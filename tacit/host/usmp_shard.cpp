#include "tacit/host/usmp_shard.hpp"

namespace tacit::host {
namespace {

usmp::HubConfig with_shard(usmp::HubConfig config, std::size_t index) {
  config.shard = static_cast<std::uint8_t>(index);
  return config;
}

}  // namespace

UsmpShard::UsmpShard(std::size_t index, const usmp::HubConfig& config, const usmp::HubSizes& sizes,
                     linux_port::ShardExchange& exchange, std::shared_ptr<UsmpBacklog> backlog, Owner owner)
    : index_(index), exchange_(exchange), backlog_(std::move(backlog)), owner_(std::move(owner)), memory_(sizes),
      hub_(with_shard(config, index), memory_.tables(), random_),
      gate_(hub_, [backlog = backlog_] { return backlog->has_room(); }) {}

void UsmpShard::deliver(const usmp::HubEvent& event) {
  if (const auto* outcome = std::get_if<usmp::DeviceOutcome>(&event)) {
    if (auto found = operations_.extract(outcome->handle)) owner_.ended(found.mapped(), outcome->reason);
    return;
  }
  if (const auto* moving = std::get_if<usmp::DeviceMoving>(&event)) exchange_.claim(index_, moving->to);
  if (std::holds_alternative<usmp::DeviceMessage>(event)) ++backlog_->waiting;
  owner_.happened(index_, event);
}

void UsmpShard::send(std::uint64_t operation, usmp::SessionRef session, Bytes message) {
  const auto handle = hub_.send(session, message, linux_port::now());
  if (handle) operations_.emplace(*handle, operation);
  else owner_.ended(operation, handle.error());
}

}  // namespace tacit::host
