// What kit weighs in a machine that uses all of it: queues, timers, lists, an index, a window and the loop.
#include <array>
#include <span>

#include "tacit/kit/allowance.hpp"
#include "tacit/kit/index.hpp"
#include "tacit/kit/list.hpp"
#include "tacit/kit/machine.hpp"
#include "tacit/kit/ring.hpp"
#include "tacit/kit/timers.hpp"
#include "tacit/kit/window.hpp"
#include "tacit/wire/layout.hpp"

namespace board {

using namespace tacit;
void send(const Outbox&);
void deliver(std::uint32_t);

}  // namespace board

namespace {

using namespace tacit;
using namespace tacit::literals;

struct Hello {
  std::uint32_t number = 0;
  static constexpr auto layout = wire::layout(wire::be<&Hello::number>);
};

struct Peer : Link<>, Timer {
  std::uint32_t id = 0;
  Peer* next = nullptr;
};
struct ById {
  using Key = std::uint32_t;
  static Key key(const Peer& peer) { return peer.id; }
  static std::size_t hash(Key key) { return key; }
  static Peer*& next(Peer& peer) { return peer.next; }
};

// Answers each number that it has not seen, and says it again after a second.
class Echo {
 public:
  using Event = std::uint32_t;

  std::size_t input(std::span<Datagram> in, Now now) {
    latest_ = now.tick;
    std::size_t consumed = 0;
    for (; consumed < in.size() && events_.room() > 0; ++consumed) hear(in[consumed], now);
    return consumed;
  }
  void timeout(Now now) {
    latest_ = now.tick;
    while (Timer* due = timers_.pop_due(tick_of(now.tick))) waiting_.push_back(static_cast<Peer&>(*due));
  }
  void poll_transmit(Outbox& out, Now now) {
    latest_ = now.tick;
    while (Peer* peer = waiting_.front()) {
      const MutBytes room = out.add({}, wire::size_of<Hello>);
      if (room.empty()) return;
      wire::encode(Hello{peer->id}, room);
      waiting_.remove(*peer);
      timers_.set(*peer, tick_of(now.tick) + ticks(1_s));
    }
  }
  std::optional<Event> poll_event() { return events_.pop(); }
  std::optional<Instant> next_timeout() const {
    const auto next = timers_.next();
    if (!next) return std::nullopt;
    return instant_of(*next, latest_);
  }

 private:
  void hear(const Datagram& datagram, Now now) {
    const auto hello = wire::decode<Hello>(datagram.bytes);
    if (!hello || seen_.look(hello->number) != Sighting::first || !allowance_.take(tick_of(now.tick))) return;
    seen_.mark(hello->number);
    events_.push(hello->number);
    Peer& peer = peers_[hello->number % peers_.size()];
    if (index_.find(peer.id) == &peer) index_.erase(peer);
    peer.id = hello->number;
    index_.insert(peer);
    waiting_.push_back(peer);
  }

  std::array<Event, 4> event_memory_;
  std::array<DueTimer, 4> timer_memory_;
  std::array<Peer*, 4> buckets_{};
  std::array<Peer, 4> peers_;
  Ring<Event> events_{event_memory_};
  Timers timers_{timer_memory_};
  Index<Peer, ById> index_{buckets_};
  List<Peer> waiting_;
  Window<64> seen_;
  Instant latest_;
  Allowance allowance_{4, ticks(1_s)};
};

struct Radio {
  std::array<std::uint8_t, 64> packet;
  std::array<Outbox::Run, 1> run;
  Outbox out{packet, run};
  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) { board::send(full); }
  void deliver(std::uint32_t number) { board::deliver(number); }
};

Echo echo;
Radio radio;

}  // namespace

extern "C" void probe(Datagram* datagram, const Now* now) {
  if (datagram) offer(echo, radio, {datagram, 1}, *now);
  else wake(echo, radio, *now);
}
