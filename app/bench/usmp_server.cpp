#include "app/bench/usmp_server.hpp"

#include "tacit/usmp/steering.hpp"

namespace tacit::app::bench {
namespace {

constexpr usmp::HubConfig config_of(std::size_t shard) {
  return {.limits = {.handshakes_per_origin = 65'535, .sessions_per_origin = 65'535},
          .shard = static_cast<std::uint8_t>(shard)};
}

}  // namespace

usmp::Psk random_psk(crypto::Random& random) {
  Secret<32> bytes;
  random.fill(bytes.fill());
  return *usmp::Psk::of(bytes.reveal());
}

usmp::DeviceId device_id(std::uint32_t number) {
  usmp::DeviceId id{2};
  std::memcpy(id.data() + 2, &number, sizeof number);
  return id;
}

UsmpWorker::UsmpWorker(std::size_t shard, const UsmpServerOptions& options, const usmp::Psk& psk, UsmpCount& count)
    : options_(options), psk_(psk), count_(count), tally_(options.message, options.devices),
      hub_(config_of(shard), memory_.tables(), random_) {}

void UsmpWorker::deliver(const usmp::HubEvent& event) {
  if (const auto* message = std::get_if<usmp::DeviceMessage>(&event)) {
    tally_.take(message->message);
    count_.arrived.store(tally_.arrived(), std::memory_order_relaxed);
    count_.wrong.store(tally_.wrong(), std::memory_order_relaxed);
    if (options_.answers) (void)hub_.send(message->session, message->message, linux_port::now());
  }
  if (const auto* wanted = std::get_if<usmp::KeyWanted>(&event)) {
    const usmp::OfferedKey key{psk_.reveal()};
    (void)hub_.provide(wanted->request, {&key, 1}, false, linux_port::now());
  }
}

UsmpServer::UsmpServer(const UsmpServerOptions& options)
    : psk_(random_psk(random_)), counts_(options.shards),
      shards_({.at = loopback(0)}, usmp::steering, options.shards, [&](std::size_t shard, auto&) {
        return std::make_unique<UsmpWorker>(shard, options, psk_, counts_[shard]);
      }) {}

std::uint64_t UsmpServer::arrived() const {
  std::uint64_t sum = 0;
  for (const UsmpCount& count : counts_) sum += count.arrived.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t UsmpServer::wrong() const {
  std::uint64_t sum = 0;
  for (const UsmpCount& count : counts_) sum += count.wrong.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace tacit::app::bench
