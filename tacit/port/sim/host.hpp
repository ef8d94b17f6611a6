#pragma once
#include <algorithm>
#include <utility>

#include "tacit/kit/machine.hpp"
#include "tacit/port/sim/network.hpp"

namespace tacit::sim {

// The port of one machine in a Network: kit's drain, offer and wake, as for every other port. Its outbox is
// small, so that a full one is no rare thing, and its receive buffers are scribbled over after use: who
// keeps a span too long reads rubbish.
template <DatagramMachine M> class Host final : public Seat {
 public:
  using Deliver = std::function<void(const typename M::Event&)>;
  static constexpr std::uint32_t epoch_s = 1'750'000'000;  // the wall clock when the network's is 0

  // The machine outlives the host. `deliver` may call its verbs.
  Host(Network& network, const Endpoint& at, M& machine, Deliver deliver, std::size_t runs = 4)
      : network_(network), at_(at), machine_(machine), deliver_(std::move(deliver)), next_(network.now()), runs_(runs) {
    network_.seat(*this);
  }
  ~Host() { network_.unseat(*this); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // What its clocks show.
  Now now() const {
    const std::int64_t wall_us = network_.now().us + wall_ahead_.us;
    const auto of_second = static_cast<std::uint32_t>(wall_us % 1'000'000) * 1000;
    if (!has_wall_clock_) return {network_.now(), std::nullopt};
    return {network_.now(), UnixTime{epoch_s + static_cast<std::uint32_t>(wall_us / 1'000'000), of_second}};
  }
  void set_wall_clock_ahead(Duration by) { wall_ahead_ = by; }  // of that of the network
  void set_wall_clock(bool has) { has_wall_clock_ = has; }
  void move(const Endpoint& to) { at_ = to; }  // what flies to the old address gets lost

  void speak() { next_ = drain(machine_, *this, now()); }  // after verbs

  Endpoint at() const override { return at_; }
  void land(std::span<Packet> packets) override {
    std::vector<Datagram> batch;
    for (Packet& packet : packets)
      batch.push_back({{packet.from, packet.to_group ? Endpoint{} : at_, packet.to_group}, packet.bytes});
    next_ = offer(machine_, *this, batch, now());
    for (Packet& packet : packets) std::ranges::fill(packet.bytes, std::uint8_t{0xDB});
  }
  void wake() override {
    if (!next_ || *next_ > network_.now()) return;
    if (!std::exchange(begun_, true)) speak();  // as every port does when it begins
    next_ = tacit::wake(machine_, *this, now());
  }
  std::optional<Instant> next() const override { return next_; }

  // For kit's loop.
  Outbox& outbox() {
    outbox_.clear();
    return outbox_;
  }
  void send(const Outbox& packets) {
    for (const Outbox::Run& run : packets.runs())
      for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes bytes) {
        network_.send({at_, run.path.peer, run.path.to_group, {bytes.begin(), bytes.end()}});
      });
  }
  void deliver(const typename M::Event& event) { deliver_(event); }

 private:
  Network& network_;
  Endpoint at_;
  M& machine_;
  Deliver deliver_;
  Duration wall_ahead_{};
  bool has_wall_clock_ = true, begun_ = false;
  std::optional<Instant> next_;
  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(4096);
  std::vector<Outbox::Run> runs_;
  Outbox outbox_{memory_, runs_};
};

}  // namespace tacit::sim
