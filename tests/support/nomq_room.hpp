#pragma once
#include <memory>

#include "tacit/port/sim/host.hpp"
#include "tests/support/nomq_station.hpp"

namespace tacit::test {

// A station in a network that does not lose anything unless it is told to, and what it was told.
template <nomq::Sizes Of = roomy> class Guest : public Station<Of> {
 public:
  struct Heard {
    std::string text;
    nomq::Message message;  // its spans are over
  };

  Guest(sim::Network& network, std::uint8_t number, const nomq::Config& config = {})
      : Station<Of>(number, config),
        host(network, this->address, this->node, [this](const nomq::Event& event) { on(event); }) {}

  Now now() const { return host.now(); }
  void subscribe(std::string_view name) {
    (void)*this->node.subscribe(name, now());
    host.speak();
  }
  void unsubscribe(std::string_view name) {
    (void)*this->node.unsubscribe(name, now());
    host.speak();
  }
  Result<nomq::Handle> publish(const nomq::Publication& what) {
    const auto handle = this->node.publish(what, now());
    host.speak();
    return handle;
  }
  Result<nomq::Handle> publish(std::string_view channel, std::string_view text, nomq::Qos qos) {
    return publish({.channel = nomq::channel_id(channel), .message = bytes_of(text), .qos = qos});
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Heard& one : heard) all.push_back(one.text);
    return all;
  }
  std::size_t changes(nomq::PeerChange::What what) const {
    return static_cast<std::size_t>(std::ranges::count(peer_changes, what));
  }

  sim::Host<nomq::Node> host;
  std::vector<Heard> heard;
  std::vector<nomq::Outcome> outcomes;                // without `by`, …
  std::vector<std::vector<nomq::SessionId>> who_has;  // … which is here
  std::vector<nomq::PeerChange::What> peer_changes;
  std::vector<nomq::PeerSubscription> subscriptions;
  std::vector<nomq::Answered> answered;
  std::vector<Reason> dropped;
  std::function<void(const nomq::Event&)> also;

 private:
  void on(const nomq::Event& event) {
    if (const auto* m = std::get_if<nomq::Message>(&event)) heard.push_back({std::string(text_of(m->payload)), *m});
    if (const auto* o = std::get_if<nomq::Outcome>(&event)) {
      outcomes.push_back(*o);
      who_has.emplace_back(o->by.begin(), o->by.end());
    }
    if (const auto* p = std::get_if<nomq::PeerChange>(&event)) peer_changes.push_back(p->what);
    if (const auto* s = std::get_if<nomq::PeerSubscription>(&event)) subscriptions.push_back(*s);
    if (const auto* a = std::get_if<nomq::Answered>(&event)) answered.push_back(*a);
    if (const auto* d = std::get_if<nomq::Dropped>(&event)) dropped.push_back(d->reason);
    if (also) also(event);
  }
};

}  // namespace tacit::test
