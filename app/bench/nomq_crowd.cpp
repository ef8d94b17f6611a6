#include "app/bench/nomq_crowd.hpp"

#include "app/bench/loopback.hpp"
#include "app/bench/settings.hpp"

namespace tacit::app::bench {
namespace {

using namespace nomq;
using namespace tacit::literals;

// The same for few as for many, so that nothing but their number differs.
constexpr Sizes sizes{.channels = 10'240,
                      .slots = 2048,
                      .peers = 10'240,
                      .interests = 10'240,
                      .debts = 16'384,
                      .sessions = 16'384,
                      .traces = 65'536,
                      .events = 1024,
                      .answers = 1024,
                      .batch = crowd_batch};

constexpr Duration patience = 1_s;             // what is not there after so long a silence was lost
constexpr Duration introduction_gap = 100_ms;  // a node asks a stranger so soon
constexpr int last_gaps = 20;                  // after which the last stranger has been asked, too, and has answered

Now later(const Now& now, Duration by) {
  const std::int64_t us = std::int64_t{now.utc->s} * 1'000'000 + now.utc->ns / 1000 + by.us;
  return {now.tick + by,
          UnixTime{static_cast<std::uint32_t>(us / 1'000'000), static_cast<std::uint32_t>(us % 1'000'000) * 1000}};
}

template <class One, class Each> void in_batches(std::span<One> all, Each each) {
  for (; !all.empty(); all = all.subspan(std::min(crowd_batch, all.size())))
    each(all.first(std::min(crowd_batch, all.size())));
}

}  // namespace

NomqCrowd::NomqCrowd(std::size_t many)
    : memory_(sizes), node_({}, memory_.tables(), cipher_, random_), sockets_(lan_on_loopback(group_.port), random_),
      others_(group_, many, loopback(sockets_.own_port()), others_socket_.port()), outbox_memory_(262'144), runs_(1024),
      outbox_(outbox_memory_, runs_) {
  if (!linux_port::now().utc) throw NotReached("the clock of this machine was never set, and NoMQ needs it");
  for (std::size_t i = 0; i < many; ++i) {
    names_.push_back("channel/" + std::to_string(i));
    ids_.push_back(channel_id(names_.back()));
    require(numbers_.emplace(mark_of(ids_.back()), i).second);
  }
  const auto heard_at = linux_port::heard_at({group_.port, std::nullopt}, sockets_.interfaces());
  if (heard_at.empty()) throw NotReached("loopback has no broadcast address");
  others_socket_.join(heard_at.front());
}

// So many take longer than one wants to wait: it has all happened by now.
void NomqCrowd::introduce(std::size_t others) {
  const auto gaps = static_cast<std::int64_t>(others / crowd_batch + 1) + last_gaps;
  Now now = later(linux_port::now(), Duration{} - introduction_gap * gaps);
  for (std::size_t first = 0; first < others; first += crowd_batch) {
    const std::size_t end = std::min(first + crowd_batch, others);
    others_.begin(now);
    for (std::size_t i = first; i < end; ++i) others_.subscribe(i, names_[i]);
    hand_over(others_.said(), now);
    others_.begin(now);
    for (std::size_t i = first; i < end; ++i)
      others_.heartbeat(i, {.subscriptions = mark_of(ids_[i])}, {.asks = true});  // and is asked
    hand_over(others_.said(), now);
    pass_time(now);
  }
  for (int times = 0; times < last_gaps; ++times) pass_time(now);
  std::size_t proven = 0;
  node_.for_each_peer([&](const PeerView& peer) { proven += peer.proven; });
  require(proven == others);
}

// Who is asked answers.
void NomqCrowd::pass_time(Now& now) {
  now = later(now, introduction_gap);
  wake(node_, port_, now);
  drain(node_, port_, now);
  const std::vector<Sent> sent = std::exchange(sent_, {});
  in_batches(std::span(sent), [&](std::span<const Sent> batch) {
    others_.begin(now);
    for (const Sent& one : batch) {
      const auto asks = *wire::decode<Header>(one.header);
      if (asks.type != PacketType::heartbeat || one.path.to_group) continue;
      const std::size_t who = crowd_number(one.path.peer);
      others_.heartbeat(who, {.answers = asks.id, .subscriptions = mark_of(ids_[who])}, {});
    }
    hand_over(others_.said(), now);
  });
}

void NomqCrowd::listen(std::size_t channels) {
  for (const std::string& name : std::span(names_).first(channels))
    require(node_.subscribe(name, linux_port::now()).has_value());
  drain(node_, port_, linux_port::now());
}

double NomqCrowd::receive(const NomqTalk& talk) {
  double cpu_s = 0;
  each_batch(talk, [&](std::span<Datagram> said) { cpu_s += hand_over(said, linux_port::now()); });
  return cpu_s;
}

double NomqCrowd::receive_through_sockets(const NomqTalk& talk) {
  linux_port::LanDriver<Node> driver(node_, sockets_, [this](const Event& event) { port_.deliver(event); });
  double cpu_s = 0;
  each_batch(talk, [&](std::span<Datagram> said) {
    others_socket_.say(said);
    cpu_s += turn_until(driver, messages_, messages_ + said.size(), patience);
  });
  return cpu_s;
}

// Until it is there, or nothing has come for so long. The CPU time that this takes, in seconds.
double NomqCrowd::turn_until(linux_port::LanDriver<Node>& driver, const std::uint64_t& count, std::uint64_t wanted,
                             Duration at_most) {
  const Instant end = linux_port::now().tick + patience;
  return cpu_s_of([&] {
    while (count < wanted && linux_port::now().tick < end && sockets_.wait(at_most)) driver.turn();
  });
}

template <class DealWith> void NomqCrowd::each_batch(const NomqTalk& talk, DealWith deal_with) {
  expected_ = talk.message;
  for (std::size_t first = 0; first < talk.messages; first += crowd_batch) {
    others_.begin(linux_port::now());
    for (std::size_t k = first; k < std::min(first + crowd_batch, talk.messages); ++k)
      others_.publish(k % talk.others, ids_[k % talk.channels], talk.message);
    deal_with(others_.said());
  }
}

double NomqCrowd::publish(const NomqTalk& talk) {
  double cpu_s = 0;
  for (std::size_t first = 0; first < talk.messages; first += crowd_batch) {
    const Now now = linux_port::now();
    cpu_s += cpu_s_of([&] {
      publish_batch(talk, first, now);
      drain(node_, port_, now);
    });
    const std::vector<Sent> sent = std::exchange(sent_, {});
    in_batches(std::span(sent), [&](std::span<const Sent> batch) {
      others_.begin(now);
      for (const Sent& one : batch) acknowledge(one.header);
      cpu_s += hand_over(others_.said(), now);
    });
  }
  return cpu_s;
}

double NomqCrowd::publish_through_sockets(const NomqTalk& talk) {
  linux_port::LanDriver<Node> driver(node_, sockets_, [this](const Event& event) { port_.deliver(event); });
  double cpu_s = 0;
  for (std::size_t first = 0; first < talk.messages; first += crowd_batch) {
    std::size_t published = 0;
    cpu_s += cpu_s_of([&] {
      published = publish_batch(talk, first, linux_port::now());
      driver.flush();
    });
    const std::uint64_t wanted = delivered_ + published;
    for (const Instant end = linux_port::now().tick + patience; delivered_ < wanted && linux_port::now().tick < end;) {
      in_batches(others_socket_.hear(1_ms), [&](std::span<const Datagram> batch) {
        others_.begin(linux_port::now());
        for (const Datagram& one : batch) acknowledge(one.bytes);
        others_socket_.say(others_.said());
      });
      cpu_s += turn_until(driver, delivered_, wanted, 0_ms);
    }
  }
  return cpu_s;
}

std::size_t NomqCrowd::publish_batch(const NomqTalk& talk, std::size_t first, const Now& now) {
  const std::size_t end = std::min(first + crowd_batch, talk.messages);
  for (std::size_t k = first; k < end; ++k)
    require(node_.publish({.channel = ids_[k % talk.others], .message = talk.message, .qos = Qos::at_least_once}, now)
                .has_value());
  return end - first;
}

// Who listens to its channel does.
void NomqCrowd::acknowledge(Bytes packet) {
  const auto header = *wire::decode<Header>(packet);
  if (header.type == PacketType::publish) others_.acknowledge(numbers_.at(mark_of(header.channel)), header);
}

// The node's own time, in seconds.
double NomqCrowd::hand_over(std::span<Datagram> said, const Now& now) {
  return cpu_s_of([&] { offer(node_, port_, said, now); });
}

Outbox& NomqCrowd::Port::outbox() {
  crowd.outbox_.clear();
  return crowd.outbox_;
}

void NomqCrowd::Port::send(const Outbox& out) {
  for (const Outbox::Run& run : out.runs())
    for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes one) {
      Sent& sent = crowd.sent_.emplace_back();
      sent.path = run.path;
      copy(Bytes(one).first(sent.header.size()), sent.header);
    });
}

void NomqCrowd::Port::deliver(const Event& event) {
  if (const auto* message = std::get_if<Message>(&event))
    ++(std::ranges::equal(message->payload, crowd.expected_) ? crowd.messages_ : crowd.wrong_);
  if (const auto* outcome = std::get_if<Outcome>(&event)) crowd.delivered_ += outcome->delivered;
}

}  // namespace tacit::app::bench
