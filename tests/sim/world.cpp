#include "tests/sim/world.hpp"

namespace tacit::test {

using namespace literals;
using nomq::Qos;

World::World(const Plan& plan)
    : plan_(plan), dice_(plan.seed + 1'000'000), witness_(plan.across_restart), network_(plan.seed, plan.air),
      attacker_(network_, witness_, plan.seed), members_(plan.nodes), runs_(plan.nodes) {
  network_.on_sent = [this](const sim::Packet& packet) {
    for (const auto& member : members_)
      if (member && member->host.at() == packet.from && attacker_.is_genuine())
        member->on_sent(*wire::decode<nomq::Header>(packet.bytes));
    attacker_.on_sent(packet);
  };
  network_.on_landed = [this](const sim::Packet& packet) { attacker_.on_landed(packet); };
  for (unsigned member = 0; member < plan_.nodes; ++member) start(member);
}

void World::run() {
  pass(Duration{std::int64_t{dice_.below(1000)} * 1000});
  for (unsigned deed = 0; deed < plan_.deeds; ++deed) {
    do_something();
    if (dice_.chance(40)) trouble();
    if (dice_.chance(70)) pass(Duration{std::int64_t{dice_.below(2000)} * 1000});
    if (plan_.long_lived && dice_.chance(15)) pass(Duration{std::int64_t{dice_.between(20, 160)} * 1'000'000});
  }
  heal();
  check_that_all_know_who_listens();
  check_that_all_hear();
  witness_.close();
}

void World::start(unsigned member) {
  const Endpoint at = members_[member] && dice_.chance(50) ? members_[member]->host.at() : fresh_address();
  if (members_[member]) witness_.over(members_[member]->life);
  members_[member].reset();
  members_[member] = std::make_unique<Member>(plan_, network_, witness_, Life{member, runs_[member]++}, at);
  for (const std::string_view channel : channel_names)
    if (dice_.chance(50)) members_[member]->subscribe(channel);
}

// The owners' side of it.
void World::do_something() {
  Member& member = any();
  const std::string_view channel = any_channel();
  if (dice_.chance(65)) publish_some(member);
  else if (member.subscribed(channel)) member.unsubscribe(channel);
  else member.subscribe(channel);
  for (const auto& other : members_)
    if (dice_.chance(50)) other->accept(dice_.below(4));
}

void World::publish_some(Member& member) {
  ++bursts_;
  for (unsigned left = dice_.chance(10) ? 40 : dice_.between(1, 6); left > 0; --left) {
    Member::What what{.channel = any_channel(),
                      .qos = static_cast<Qos>(dice_.below(3)),
                      .retain = dice_.chance(10),
                      .priority = static_cast<std::uint8_t>(dice_.below(16)),
                      .burst = bursts_};
    if (dice_.chance(15)) what.to = any().host.at();
    (void)member.publish(what, members_);
  }
  member.host.speak();
}

void World::trouble() {
  Member& member = any();
  if (plan_.islands && dice_.chance(40)) {
    if (dice_.chance(40)) network_.join_islands();
    else network_.put_on_island(member.host.at(), dice_.below(2));
  }
  if (plan_.restarts && dice_.chance(30)) {
    if (dice_.chance(30)) member.goodbye();
    start(member.life.member);
  } else if (plan_.moves && dice_.chance(40)) {
    member.host.move(fresh_address());
  } else if (plan_.clock_steps && dice_.chance(40)) {
    const auto seconds = static_cast<std::int64_t>(dice_.chance(70) ? dice_.below(20) : dice_.below(200));
    member.host.set_wall_clock_ahead(Duration{(dice_.chance(50) ? seconds : -seconds) * 1'000'000 / 2});
  }
  if (plan_.attacker && dice_.chance(70)) attacker_.strike(addresses());
}

void World::heal() {
  network_.join_islands();
  network_.set_air({});
  for (const auto& member : members_) member->host.set_wall_clock_ahead({});
  pass(70_s);
}

void World::check_that_all_know_who_listens() {
  for (const auto& one : members_)
    for (const auto& other : members_)
      for (const std::string_view channel : channel_names) {
        if (one == other) continue;
        const bool listens = one->node.listens(other->node.session(), nomq::channel_id(channel));
        if (listens != other->subscribed(channel))
          witness_.complain("node " + std::to_string(one->life.member) + " thinks that node " +
                            std::to_string(other->life.member) + (listens ? " listens" : " does not listen") + " to " +
                            std::string(channel));
      }
}

void World::check_that_all_hear() {
  std::vector<std::pair<const Member*, std::string>> said;
  for (const auto& one : members_)
    for (const std::string_view channel : channel_names) {
      const auto text = one->publish(
          {.channel = channel, .qos = dice_.chance(50) ? Qos::at_least_once : Qos::exactly_once, .burst = ++bursts_},
          members_);
      if (!text) witness_.complain("no room for a message after everything ended");
      else said.push_back({one.get(), *text});
      one->host.speak();
    }
  // What its receiver had no place for, as long as the owner had not accepted others, is tried again after up to 8 s.
  const bool waits_for_owner = plan_.manual && plan_.cramped;
  pass(waits_for_owner ? 60_s : 15_s);
  for (const auto& [by, text] : said)
    for (const auto& one : members_)
      if (one.get() != by && one->subscribed(witness_.fate(text)->channel) && !witness_.has_heard(one->life, text))
        witness_.complain("node " + std::to_string(one->life.member) + " has not heard " + text +
                          ", although the network is well");
  pass(75_s);
  for (const auto& one : members_)
    if (!one->node.idle()) witness_.complain("node " + std::to_string(one->life.member) + " never comes to rest");
}

void World::pass(Duration duration) {
  const Duration slice = duration > 20_s ? 10_s : 500_ms;  // an owner accepts from time to time
  for (; duration > slice; duration = duration - slice) {
    network_.run(slice);
    for (const auto& member : members_) member->accept(100);
  }
  network_.run(duration);
}

std::vector<Endpoint> World::addresses() const {
  std::vector<Endpoint> all;
  for (const auto& member : members_) all.push_back(member->host.at());
  return all;
}

}  // namespace tacit::test
