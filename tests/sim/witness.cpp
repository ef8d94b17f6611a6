#include "tests/sim/witness.hpp"

#include <algorithm>

namespace tacit::test {

using nomq::Qos;

namespace {

std::string name(const Life& life) { return "node " + std::to_string(life.member) + "." + std::to_string(life.run); }

}  // namespace

void Witness::published(Fate fate) {
  by_handle_[{fate.publisher, fate.handle}] = fate.text;
  fates_[fate.text] = std::move(fate);
}

void Witness::heard(const Life& life, const nomq::Message& message) {
  const std::string text(text_of(message.payload));
  const auto found = fates_.find(text);
  if (found == fates_.end()) return complain(name(life) + " heard what nobody said: '" + text + "'");
  Fate& fate = found->second;
  const bool as_said = message.channel == fate.channel && message.qos == fate.qos && message.retain == fate.retain &&
                       message.priority == fate.priority;
  if (!as_said) complain(text + " arrived at " + name(life) + " as something else");
  check_repetition(fate, life, message);
  fate.heard.insert(life);
  if (!fate.retain) fate.ids[life] = message.id;
}

// What is retained is a message of its own each time it is given to a subscriber.
void Witness::check_repetition(const Fate& fate, const Life& life, const nomq::Message& message) {
  if (fate.retain) return;
  if (fate.heard.contains(life)) return complain(name(life) + " heard " + fate.text + " twice");
  if (fate.qos == Qos::at_most_once) return;
  const bool before = std::ranges::any_of(fate.heard, [&](const Life& other) { return other.member == life.member; });
  if (!before) return;
  if (across_restart_ == nomq::AcrossRestart::at_most_once)
    complain(name(life) + " heard " + fate.text + " again after a restart");
  else if (!message.maybe_repeated) complain(name(life) + " heard " + fate.text + " again, and was not told");
}

void Witness::ended(const Life& publisher, const nomq::Outcome& outcome) {
  const auto found = by_handle_.find({publisher, outcome.handle});
  if (found == by_handle_.end()) return complain(name(publisher) + ": an outcome of nothing");
  Fate& fate = fates_.at(found->second);
  const std::string what = "the outcome of " + fate.text + ", QoS " + std::to_string(static_cast<int>(fate.qos));
  if (fate.qos == Qos::at_most_once) return complain(what);
  if (fate.ended) return complain(what + " came twice");
  fate.ended = true;

  std::set<Life> lives;
  for (const nomq::SessionId session : outcome.by) {
    const auto who = sessions_.find(session);
    if (who == sessions_.end()) {
      complain(what + " names a stranger");
      continue;
    }
    if (!fate.heard.contains(who->second)) complain(what + ": " + name(who->second) + " has not heard it");
    if (!lives.insert(who->second).second) complain(what + " counts " + name(who->second) + " twice");
  }
  if (outcome.delivered != outcome.by.size()) complain(what + ": its numbers differ");
  if (outcome.delivered == 0 && outcome.given_up == 0 && outcome.reason != Reason::no_subscriber)
    complain(what + " says nothing");
  if (outcome.given_up > 0 && !outcome.reason) complain(what + " gives up without a reason");
  if (outcome.given_up == 0 && outcome.delivered > 0 && outcome.reason) complain(what + " has a reason and no loss");
  if (outcome.given_up == 0)
    for (const Life& life : fate.known)
      if (!fate.heard.contains(life)) complain(what + ": " + name(life) + " lacks it, and nobody says so");
}

void Witness::over(const Life& life) {
  over_.insert(life);
  forget_known([&](const Fate&, const Life& known) { return known == life; });
}

void Witness::unsubscribed(const Life& life, const std::string& channel) {
  forget_known([&](const Fate& fate, const Life& known) { return known == life && fate.channel == channel; });
}

void Witness::lost(const Life& by, nomq::SessionId session) {
  const auto who = sessions_.find(session);
  if (who == sessions_.end()) return;
  forget_known([&](const Fate& fate, const Life& known) { return known == who->second && fate.publisher == by; });
}

void Witness::close() {
  for (const auto& [text, fate] : fates_)
    if (!fate.ended && fate.qos != Qos::at_most_once && !over_.contains(fate.publisher))
      complain("the publish of " + text + " never ended");
  check_order();
}

// Packet ids are taken when messages first leave, so they tell the order. Of what was published at once to the
// group, the higher priority left first.
void Witness::check_order() {
  struct Left {
    const Fate* fate;
    nomq::PacketId id;
  };
  std::map<std::tuple<Life, unsigned>, std::vector<Left>> bursts;
  for (const auto& [text, fate] : fates_)
    if (fate.qos != Qos::at_most_once && !fate.ids.empty() && !fate.to_address)
      bursts[{fate.publisher, fate.burst}].push_back({&fate, fate.ids.begin()->second});
  for (const auto& [key, burst] : bursts)
    for (const Left& a : burst)
      for (const Left& b : burst) {
        const auto apart =
            static_cast<std::int32_t>(static_cast<std::uint32_t>(b.id) - static_cast<std::uint32_t>(a.id));
        const bool near = apart > 0 && apart < 1024;  // not across a renewal
        if (near && a.fate->priority < b.fate->priority)
          complain(a.fate->text + " left before " + b.fate->text + ", which matters more");
      }
}

const Fate* Witness::fate(const std::string& text) const {
  const auto found = fates_.find(text);
  return found == fates_.end() ? nullptr : &found->second;
}

bool Witness::has_heard(const Life& life, const std::string& text) const {
  const Fate* known = fate(text);
  return known && known->heard.contains(life);
}

}  // namespace tacit::test
