#pragma once
#include <atomic>
#include <memory>
#include <thread>

#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/port/linux/shard_exchange.hpp"

namespace tacit::linux_port {

// What runs in one shard: a hub, who hears its events, and who does what other threads ask for.
template <class W>
concept ShardWorker = requires(W w, const typename W::Machine::Event& event, const typename W::Order& order) {
  requires StreamHub<typename W::Machine>;
  { w.machine() } -> std::same_as<typename W::Machine&>;
  w.deliver(event);  // on the shard's thread, as HubDriver says; must not throw
  w.obey(order);     // on the shard's thread; may call the machine's verbs; must not throw
};

// A server on several threads: a hub, its own sockets and no locks on each. All listen at one address, and the kernel
// spreads strangers over them by their addresses; what names a shard reaches that one, see ShardExchange. Nothing is
// shared, so limits by address hold in each shard, and what concerns all of them is ordered from each.
//
// The destructor ends the threads; what was ordered before is done, and what the machines had to say then has left.
template <ShardWorker W> class Shards {
 public:
  using Order = typename W::Order;
  // Called for each in turn on the thread of whoever makes the shards; the exchange outlives the worker.
  using Make = std::function<std::unique_ptr<W>(std::size_t shard, ShardExchange&)>;
  struct Sizes {
    std::size_t orders = 1024, datagrams = 1024;  // on their way to each shard; powers of two
  };

  // Throws std::system_error where a socket cannot be opened, and what `make` throws.
  Shards(ServerConfig config, const Steering& steering, std::size_t shards, const Make& make)
      : Shards(config, steering, shards, make, Sizes()) {}
  Shards(ServerConfig config, const Steering& steering, std::size_t shards, const Make& make, const Sizes& sizes)
      : exchange_(shards, steering, sizes.datagrams), stop_(eventfd(0, EFD_CLOEXEC)) {
    if (!stop_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
    config.spread |= shards > 1;
    for (std::size_t i = 0; i < shards; ++i) {
      seats_.push_back(std::make_unique<Seat>(config, sizes.orders));
      config.at.port = seats_.front()->sockets.port();
    }
    // In the order in which they were bound. Without the filter all is handed over instead.
    const UdpSocket& udp = seats_.front()->sockets.udp();
    if (shards > 1 && udp.valid()) steered_ = !steer_in_kernel(udp.fd(), steering, shards);
    for (std::size_t i = 0; i < shards; ++i) {
      for (const int fd : {seats_[i]->orders.fd(), exchange_.fd(i), stop_.fd()}) seats_[i]->sockets.wake_for(fd);
      seats_[i]->worker = make(i, exchange_);
    }
    for (std::size_t i = 0; i < shards; ++i) seats_[i]->thread = std::thread([this, i] { run(i, *seats_[i]); });
  }
  ~Shards() {
    stopped_ = true;
    const std::uint64_t once = 1;  // nobody reads it, so all see it
    (void)!write(stop_.fd(), &once, sizeof once);
    for (auto& seat : seats_)
      if (seat->thread.joinable()) seat->thread.join();
  }

  std::size_t size() const { return seats_.size(); }
  std::uint16_t port() const { return seats_.front()->sockets.port(); }
  bool steered_by_kernel() const { return steered_; }
  ShardExchange::Counters exchanged() const { return exchange_.counters(); }

  // From any thread. Gives queue_full.
  Result<Done> post(std::size_t shard, const Order& order) { return seats_[shard]->orders.post(order); }

 private:
  struct Seat {
    Seat(const ServerConfig& config, std::size_t orders_max) : sockets(config), orders(orders_max) {}
    ServerSockets sockets;
    Mailbox<Order> orders;
    std::unique_ptr<W> worker;
    std::thread thread;
  };

  void run(std::size_t shard, Seat& seat) {
    HubDriver<typename W::Machine> driver(
        seat.worker->machine(), seat.sockets, [&](const auto& event) { seat.worker->deliver(event); },
        [this, shard](std::span<Datagram> in) { return exchange_.sift(shard, in); });
    constexpr Duration a_while{60'000'000};  // how long does not matter: what is to be done wakes us
    for (bool stopped = false; !stopped;) {
      (void)seat.sockets.wait(a_while);
      stopped = stopped_;
      while (const auto order = seat.orders.take()) seat.worker->obey(*order);
      for (auto in = exchange_.collect(shard); !in.empty(); in = exchange_.collect(shard)) driver.take(in);
      driver.turn();
    }
  }

  ShardExchange exchange_;
  File stop_;
  std::atomic<bool> stopped_ = false;
  bool steered_ = false;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace tacit::linux_port
