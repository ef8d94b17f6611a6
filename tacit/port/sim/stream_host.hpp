#pragma once
#include <array>

#include "tacit/kit/stream.hpp"
#include "tacit/kit/stream_hub.hpp"
#include "tacit/port/sim/streams.hpp"

namespace tacit::sim {

// The port of one machine that has a stream when it wants one, as port/sim/host.hpp is for datagrams.
template <ConnectingMachine M> class StreamHost final : public Seat {
 public:
  using Deliver = std::function<void(const typename M::Event&)>;

  // The machine outlives the host. `deliver` may call its verbs.
  StreamHost(Network& network, Streams& streams, const Endpoint& at, M& machine, Deliver deliver)
      : network_(network), streams_(streams), at_(at), machine_(machine), deliver_(std::move(deliver)) {
    network_.seat(*this);
  }
  ~StreamHost() {
    if (line_) line_->client_closed = true;
    network_.unseat(*this);
  }
  StreamHost(const StreamHost&) = delete;
  StreamHost& operator=(const StreamHost&) = delete;

  Now now() const { return {network_.now(), std::nullopt}; }
  void speak() {
    (void)drain(machine_, *this, now());
    look_at_stream();
  }

  Endpoint at() const override { return at_; }
  void land(std::span<Packet>) override {}
  void wake() override {
    if (line_) {
      line_->to_client.read(unread_, network_.now());
      const std::size_t consumed = offer(machine_, *this, MutBytes(unread_), now());
      unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(consumed));
    }
    (void)tacit::wake(machine_, *this, now());
    look_at_stream();
  }
  std::optional<Instant> next() const override {
    auto next = machine_.next_timeout();
    const auto sooner = [&](std::optional<Instant> t) {
      if (t && (!next || *t < *next)) next = t;
    };
    if (line_) sooner(line_->to_client.next());
    return next;
  }

  // For kit's loop.
  MutBytes room() {
    const bool open = line_ && !line_->broken && line_->to_server.flying() < streams_.window;
    return open ? MutBytes(buffer_) : MutBytes();
  }
  void send(std::size_t size) { streams_.write(line_->to_server, Bytes(buffer_).first(size)); }
  void deliver(const typename M::Event& event) { deliver_(event); }

 private:
  void look_at_stream() {
    const bool over = line_ && (line_->broken || (line_->server_closed && !line_->to_client.next()));
    if (over || (line_ && !machine_.wants_stream())) {
      line_->client_closed = true;
      line_.reset();
      unread_.clear();
      machine_.disconnected(now());
      (void)drain(machine_, *this, now());
    }
    if (line_ || !machine_.wants_stream()) return;
    line_ = streams_.connect(at_);
    if (line_) machine_.connected(now());
    else machine_.disconnected(now());
    (void)drain(machine_, *this, now());
  }

  Network& network_;
  Streams& streams_;
  Endpoint at_;
  M& machine_;
  Deliver deliver_;
  std::shared_ptr<Line> line_;
  std::vector<std::uint8_t> unread_;
  std::array<std::uint8_t, 700> buffer_{};
};

// The port of a machine that serves streams and datagrams.
template <StreamHub M> class HubHost final : public Seat {
 public:
  using Deliver = std::function<void(const typename M::Event&)>;
  static constexpr std::size_t connections_max = 8;

  // The machine outlives the host. `deliver` may call its verbs.
  HubHost(Network& network, Streams& streams, const Endpoint& at, M& machine, Deliver deliver)
      : network_(network), streams_(streams), at_(at), machine_(machine), deliver_(std::move(deliver)) {
    network_.seat(*this);
  }
  ~HubHost() {
    for (Open& one : open_)
      if (one.line) one.line->broken = true;
    network_.unseat(*this);
  }
  HubHost(const HubHost&) = delete;
  HubHost& operator=(const HubHost&) = delete;

  Now now() const { return {network_.now(), std::nullopt}; }
  void speak() { (void)drain(machine_, *this, now()); }

  Endpoint at() const override { return at_; }
  void land(std::span<Packet> packets) override {
    std::vector<Datagram> batch;
    for (Packet& packet : packets) batch.push_back({{packet.from, at_, packet.to_group}, packet.bytes});
    (void)offer(machine_, *this, std::span<Datagram>(batch), now());
    for (Packet& packet : packets) std::ranges::fill(packet.bytes, std::uint8_t{0xDB});
  }
  void wake() override {
    while (streams_.has_arrival()) accept(streams_.take_arrival());
    for (Open& one : open_)
      if (one.line) serve(one);
    (void)tacit::wake(machine_, *this, now());
  }
  std::optional<Instant> next() const override {
    auto next = machine_.next_timeout();
    const auto sooner = [&](std::optional<Instant> t) {
      if (t && (!next || *t < *next)) next = t;
    };
    for (const Open& one : open_)
      if (one.line) sooner(one.line->to_server.next());
    if (streams_.has_arrival()) sooner(network_.now());
    return next;
  }

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
  MutBytes room(ConnectionId id) {
    const Open* one = find(id);
    const bool takes = one && !one->line->broken && one->line->to_client.flying() < streams_.window;
    return takes ? MutBytes(buffer_) : MutBytes();
  }
  void send(ConnectionId id, std::size_t size) {
    streams_.write(find(id)->line->to_client, Bytes(buffer_).first(size));
  }
  void close(ConnectionId id) {
    if (Open* one = find(id)) release(*one);
  }
  void deliver(const typename M::Event& event) { deliver_(event); }

 private:
  struct Open {
    ConnectionId id;
    std::shared_ptr<Line> line;
    std::vector<std::uint8_t> unread;
  };

  Open* find(ConnectionId id) {
    Open& one = open_[id.slot];
    return one.line && one.id == id ? &one : nullptr;
  }
  void release(Open& one) {
    one.line->server_closed = true;
    one.line.reset();
    one.unread.clear();
  }
  void accept(std::shared_ptr<Line> line) {
    for (std::uint32_t slot = 0; slot < open_.size(); ++slot) {
      if (open_[slot].line) continue;
      open_[slot].id = {slot, open_[slot].id.generation + 1};
      if (!machine_.accept(open_[slot].id, line->client, now())) break;
      open_[slot].line = std::move(line);
      return speak();
    }
    line->broken = true;
    speak();
  }
  void serve(Open& one) {
    const ConnectionId id = one.id;
    const auto line = one.line;
    line->to_server.read(one.unread, network_.now());
    std::vector<std::uint8_t> bytes = std::exchange(one.unread, {});
    const std::size_t consumed = offer(machine_, *this, id, MutBytes(bytes), now());
    if (find(id)) one.unread.assign(bytes.begin() + static_cast<std::ptrdiff_t>(consumed), bytes.end());
    std::ranges::fill(bytes, std::uint8_t{0xDB});
    tacit::speak(machine_, *this, id, now());  // there may be room again
    const bool over = line->broken || (line->client_closed && !line->to_server.next());
    if (!over || !find(id)) return;
    release(one);
    machine_.closed(id, now());
    speak();
  }

  Network& network_;
  Streams& streams_;
  Endpoint at_;
  M& machine_;
  Deliver deliver_;
  std::array<Open, connections_max> open_;
  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(4096);
  std::vector<Outbox::Run> runs_ = std::vector<Outbox::Run>(4);
  Outbox outbox_{memory_, runs_};
  std::array<std::uint8_t, 700> buffer_{};
};

}  // namespace tacit::sim
