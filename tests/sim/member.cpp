#include "tests/sim/member.hpp"

namespace tacit::test {

using namespace nomq;

namespace {

constexpr Sizes generous{.channels = 4,
                         .slots = 64,
                         .message_bytes = 64,
                         .peers = 32,
                         .interests = 96,
                         .debts = 256,
                         .retained = 20,
                         .receipts = 64,
                         .sessions = 64,
                         .traces = 1024,
                         .events = 32,
                         .answers = 32,
                         .batch = 8};
// So little room that input() has to stop all the time and publish() often refuses.
constexpr Sizes tight{.channels = 4,
                      .slots = 8,
                      .message_bytes = 64,
                      .peers = 32,
                      .interests = 96,
                      .debts = 33,
                      .retained = 20,
                      .receipts = 8,
                      .sessions = 64,
                      .traces = 1024,
                      .events = 2,
                      .answers = 2,
                      .batch = 4};

template <Sizes Of> Tables tables_in(std::shared_ptr<void>& place) {
  const auto memory = std::make_shared<Memory<Of>>();
  place = memory;
  return memory->tables();
}

}  // namespace

Member::Member(const Plan& plan, sim::Network& network, Witness& witness, const Life& of, const Endpoint& at)
    : life(of), plan_(plan), witness_(witness), random_(plan.seed * 1000 + of.member * 100 + of.run),
      node({.across_restart = plan.across_restart, .manual_acknowledgement = plan.manual},
           plan.cramped ? tables_in<tight>(memory_) : tables_in<generous>(memory_), cipher_, random_),
      host(
          network, at, node, [this](const Event& event) { on(event); }, plan.cramped ? 2 : 8),
      started_(network.now()) {}

void Member::subscribe(std::string_view channel) {
  if (!node.subscribe(channel, host.now())) witness_.complain("subscribe was refused");
  host.speak();
}

void Member::unsubscribe(std::string_view channel) {
  if (!node.unsubscribe(channel, host.now())) return;
  witness_.unsubscribed(life, std::string(channel));
  host.speak();
}

bool Member::knows(const Member& other, std::string_view channel) const {
  const auto peer = node.peer(other.node.session());
  return peer && peer->present && node.listens(other.node.session(), channel_id(channel));
}

std::optional<std::string> Member::publish(const What& what, const std::vector<std::unique_ptr<Member>>& all) {
  const std::string text =
      std::to_string(life.member) + "." + std::to_string(life.run) + "/" + std::to_string(published_++);
  const auto handle = node.publish({.channel = channel_id(what.channel),
                                    .message = bytes_of(text),
                                    .qos = what.qos,
                                    .retain = what.retain,
                                    .priority = what.priority,
                                    .to = what.to},
                                   host.now());
  if (!handle) {
    if (handle.error() != Reason::queue_full) witness_.complain("publish was refused");
    return std::nullopt;
  }
  Fate fate;
  fate.publisher = life;
  fate.channel = what.channel;
  fate.text = text;
  fate.qos = what.qos;
  fate.retain = what.retain;
  fate.to_address = what.to.has_value();
  fate.priority = what.priority;
  fate.burst = what.burst;
  fate.handle = *handle;
  // In its first half second a message waits, and until it leaves the node may learn otherwise.
  const bool leaves_now = host.now().tick - started_ > Duration{600'000};
  for (const auto& other : all)
    if (leaves_now && !what.to && other && other.get() != this && knows(*other, what.channel) &&
        other->subscribed(what.channel))
      fate.known.push_back(other->life);
  witness_.published(std::move(fate));
  return text;
}

void Member::accept(std::size_t at_most) {
  for (; at_most > 0 && !waiting_.empty(); --at_most) {
    const Waiting first = waiting_.front();
    waiting_.pop_front();
    if (node.accept(first.token)) accepted_.insert(first.id);  // or it is so old that its publisher gave up
  }
  host.speak();
}

void Member::goodbye() {
  node.goodbye();
  host.speak();
}

void Member::on_sent(const Header& header) {
  witness_.goes_by(header.session, life);
  if (plan_.manual && (header.type == PacketType::ack || header.type == PacketType::pubrec))
    if (!accepted_.contains(header.id)) witness_.complain("acknowledged before it was accepted");
}

void Member::on(const Event& event) {
  if (const auto* message = std::get_if<Message>(&event)) {
    witness_.heard(life, *message);
    if (message->token != Token::none) waiting_.push_back({message->token, message->id});
    const bool owed = plan_.manual && message->qos != Qos::at_most_once;
    if (owed != (message->token != Token::none)) witness_.complain("a token where none is, or none where one is");
  } else if (const auto* outcome = std::get_if<Outcome>(&event)) {
    witness_.ended(life, *outcome);
  } else if (const auto* change = std::get_if<PeerChange>(&event)) {
    if (change->what == PeerChange::What::lost) witness_.lost(life, change->session);
  }
}

}  // namespace tacit::test
