#include "tests/sim/e2e_broker.hpp"

#include <algorithm>

namespace tacit::test {

namespace {

using namespace literals;
using e2e::PacketTime;

constexpr std::int64_t wall_at_zero_us = 1'763'990'438'000'000;
constexpr std::array<const char*, 3> topics{"controller", "iot/lamp", "iot/door"};  // what each member speaks on
const std::vector<std::string> invented{"controller", "iot/lamp", "iot/door", "iot/none", "elsewhere"};

e2e::Key key() {
  std::array<std::uint8_t, 16> bytes;
  bytes.fill(0x5C);
  return e2e::Key(bytes);
}

}  // namespace

E2eWorld::E2eWorld(std::uint64_t seed, const BrokerPlan& plan) : random_(seed), plan_(plan) {
  e2e::LinkConfig config;
  if (plan.bound) config.envelope.binding = e2e::Binding::topic_not_interoperable;
  for (std::size_t n = 0; n < members; ++n) {
    members_.push_back(std::make_unique<Member>(config, key(), seed * members + n));
    Member& member = *members_.back();
    member.clock_ahead_us = static_cast<std::int64_t>(random_.below(4'000'000)) - 2'000'000;
    require(member.link.speak(topics[n]) && member.link.hear(n == 0 ? "iot/#" : "controller"));
  }
}

void E2eWorld::rage(Duration duration) {
  for (const Instant end = now_ + duration; now_ < end && trouble.empty();) {
    now_ = now_ + Duration{random_.between(1'000, 400'000)};
    if (plan_.clocks_step && random_.chance(3)) step_clocks();
    for (std::size_t n = 0; n < members; ++n) {
      if (random_.chance(30)) publish(n);
      members_[n]->link.timeout(now_of(*members_[n]));
      if (random_.chance(70)) transmit(n, false);
      settle(n, false, nullptr);
    }
    if (random_.chance(plan_.forge_percent)) forge();
    deliver_due();
  }
}

void E2eWorld::make_peace() {
  plan_ = {.bound = plan_.bound};
  flying_.clear();
  for (auto& member : members_) member->clock_ahead_us = 0;
  now_ = now_ + 40_s;  // what was queued leaves or is over; a clock that was ahead has been caught up with
  for (std::size_t n = 0; n < members; ++n) {
    members_[n]->link.give_back_all();
    publish(n);
    transmit(n, true);
    settle(n, false, nullptr);
  }
  const std::size_t before = delivered;
  now_ = now_ + 1_s;
  deliver_due();
  // The controller hears both, and each of them the controller; queued messages come on top.
  if (delivered < before + 4) complain("in peace not everything arrived");
  for (auto& member : members_) {
    if (member->link.waiting() != 0) complain("in peace something waits");
    if (!member->owed.empty()) complain("a message had no outcome");
  }
}

Now E2eWorld::now_of(const Member& member) const {
  const std::int64_t us = wall_at_zero_us + now_.us + member.clock_ahead_us;
  return {now_,
          UnixTime{static_cast<std::uint32_t>(us / 1'000'000), static_cast<std::uint32_t>(us % 1'000'000 * 1000)}};
}

void E2eWorld::step_clocks() {
  Member& member = *members_[random_.below(members)];
  const std::int64_t an_hour = 3'600'000'000;
  const std::int64_t ways[] = {0, an_hour, -an_hour};
  member.clock_ahead_us = ways[random_.below(3)];
  member.stepped = true;
}

void E2eWorld::publish(std::size_t n) {
  Member& member = *members_[n];
  const std::string text = std::to_string(n) + " says " + std::to_string(++count_);
  const auto handle = member.link.publish({.topic = topics[n],
                                           .message = bytes_of(text),
                                           .qos = e2e::Qos::at_least_once,
                                           .priority = static_cast<std::uint8_t>(random_.below(3)),
                                           .lifetime = Duration{random_.between(1'000'000, 20'000'000)}},
                                          now_of(member));
  if (!handle) return;
  published_.insert(text);
  member.owed.insert(static_cast<std::uint32_t>(*handle));
}

// The client writes what there is, or loses it and gives it back.
void E2eWorld::transmit(std::size_t n, bool honest) {
  Member& member = *members_[n];
  std::vector<std::uint8_t> out(member.link.leaving_size_max());
  const Now now = now_of(member);
  for (int most = 0; most < 20; ++most) {
    const auto leaving = member.link.next(out, now);
    if (!leaving) return;
    const e2e::Iv iv = e2e::iv_of(leaving->packet);
    for (const Captured& one : captured_)
      if (e2e::iv_of(one.payload) == iv) complain("an IV came twice");
    captured_.push_back(
        {n, std::string(leaving->topic), {}, {leaving->packet.begin(), leaving->packet.end()}, e2e::time_of(iv)});
    if (!honest && random_.chance(static_cast<unsigned>(plan_.lost_percent))) {
      member.link.give_back(leaving->handle);  // the broker may have it all the same
      if (random_.chance(50)) spread(captured_.size() - 1, honest);
      return;
    }
    spread(captured_.size() - 1, honest);
    member.link.settle(leaving->handle);
    settle(n, false, nullptr);
  }
}

void E2eWorld::spread(std::size_t captured, bool honest) {
  for (std::size_t to = 0; to < members; ++to) {
    const bool own = to == captured_[captured].sender;
    if (own && (honest || !random_.chance(plan_.reflect_percent))) continue;
    if (!honest && random_.chance(plan_.drop_percent)) continue;
    const bool held = !honest && random_.chance(plan_.hold_percent);
    fly(captured, to,
        held ? Duration{random_.between(1'000'000, 40'000'000)} : Duration{random_.between(1'000, 500'000)}, honest);
    while (!honest && random_.chance(plan_.repeat_percent))
      fly(captured, to, Duration{random_.between(0, 40'000'000)}, honest);
  }
}

void E2eWorld::fly(std::size_t captured, std::size_t to, Duration delay, bool honest) {
  const Captured& what = captured_[captured];
  Flying one{now_ + delay, to, captured, what.topic, what.payload, true, true};
  if (!honest && random_.chance(plan_.move_percent)) {
    one.topic = what.topic.substr(0, e2e::TopicBase::size + 1) +
                invented[random_.below(static_cast<std::uint32_t>(invented.size()))];
    one.on_its_topic = one.topic == what.topic;
  }
  if (!honest && random_.chance(plan_.alter_percent)) {
    one.intact = false;
    if (random_.chance(30)) one.payload.resize(random_.below(static_cast<std::uint32_t>(one.payload.size())));
    else
      one.payload[random_.below(static_cast<std::uint32_t>(one.payload.size()))] ^=
          static_cast<std::uint8_t>(1u << random_.below(8));
  }
  flying_.push_back(std::move(one));
}

// Rubbish with a time that looks right; now and then an old packet, to anybody.
void E2eWorld::forge() {
  if (captured_.empty()) return;
  const std::size_t from = random_.below(static_cast<std::uint32_t>(captured_.size()));
  const std::size_t to = random_.below(members);
  if (random_.chance(50)) return fly(from, to, {}, false);
  Flying one{now_, to, from, captured_[from].topic, std::vector<std::uint8_t>(random_.below(120)), false, true};
  random_.fill(one.payload);
  copy(Bytes(captured_.back().payload).first(std::min<std::size_t>(one.payload.size(), 8)), one.payload);
  flying_.push_back(std::move(one));
}

void E2eWorld::deliver_due() {
  std::vector<Flying> due;
  std::erase_if(flying_, [&](Flying& one) {
    if (one.at > now_) return false;
    due.push_back(std::move(one));
    return true;
  });
  for (const Flying& one : due) arrive(one);
}

void E2eWorld::arrive(const Flying& flying) {
  Member& member = *members_[flying.to];
  const Captured& what = captured_[flying.captured];
  const Now now = now_of(member);
  const std::string_view suffix = std::string_view(flying.topic).substr(e2e::TopicBase::size + 1);
  const std::int64_t age_ns = e2e::ns_between(what.sealed_at, *now.utc);
  // What has to arrive: intact, of its time, on a topic that is heard, not its own, and for the first time. After its
  // clock was put a member may have to refuse more.
  const bool must = flying.intact && (flying.on_its_topic || !plan_.bound) && flying.to != what.sender &&
                    member.link.heard().match(suffix) && age_ns <= e2e::ns_of(window) &&
                    age_ns >= -e2e::ns_of(window) && !member.stepped && !members_[what.sender]->stepped;
  Flying landed = flying;
  if (!member.link.input({.topic = landed.topic, .payload = landed.payload}, now))
    complain("a drained link took nothing");
  settle(flying.to, must, &landed);
}

// Drains the events of one member. Where a packet has just arrived, they are about it.
void E2eWorld::settle(std::size_t n, bool must, const Flying* arrived) {
  Member& member = *members_[n];
  bool got = false;
  while (const auto event = member.link.poll_event()) {
    if (const auto* message = std::get_if<e2e::Message>(&*event)) {
      got = true;
      ++delivered;
      const std::string text(text_of(message->payload));
      if (!arrived || !arrived->intact) complain("delivered what was not sealed: " + text);
      if (!published_.contains(text)) complain("delivered what was never published: " + text);
      if (text.starts_with(std::to_string(n))) complain("delivered its own: " + text);
      // A message that was given back is sealed anew, so a text may come twice, but no packet.
      if (arrived &&
          !member.heard.insert(std::string(text_of(Bytes(captured_[arrived->captured].payload).first(12)))).second)
        complain("delivered twice: " + text);
      if (arrived && plan_.bound && !arrived->on_its_topic) complain("delivered on another topic: " + text);
      const std::int64_t age_ns = e2e::ns_between(message->sent_at, *now_of(member).utc);
      if (age_ns > e2e::ns_of(window) || age_ns < -e2e::ns_of(window)) complain("delivered out of its time: " + text);
    } else if (const auto* outcome = std::get_if<e2e::Outcome>(&*event)) {
      if (member.owed.erase(static_cast<std::uint32_t>(outcome->handle)) == 0) complain("an outcome of nothing");
    } else if (std::holds_alternative<e2e::Dropped>(*event)) {
      ++refused;
    }
  }
  if (!must || got || !arrived) return;
  if (!member.heard.contains(std::string(text_of(Bytes(captured_[arrived->captured].payload).first(12)))))
    complain("a good packet did not arrive");
}

void E2eWorld::complain(const std::string& what) {
  if (trouble.empty()) trouble = what + " (at " + std::to_string(now_.us / 1'000'000) + " s)";
}

}  // namespace tacit::test
