#pragma once
#include <deque>
#include <memory>

#include "tacit/port/sim/host.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/witness.hpp"
#include "tests/support/nomq_station.hpp"

namespace tacit::test {

inline constexpr std::array<std::string_view, 3> channel_names{"pressure", "temperature", "door"};

// One run of a node, with all that it needs, and its owner.
class Member {
 public:
  Member(const Plan&, sim::Network&, Witness&, const Life&, const Endpoint& at);

  void subscribe(std::string_view channel);
  void unsubscribe(std::string_view channel);
  // Publishes without a word to the network, so that several are published at once.
  struct What {
    std::string_view channel;
    nomq::Qos qos{};
    bool retain = false;
    std::uint8_t priority = 0;
    std::optional<Endpoint> to = {};
    unsigned burst = 0;
  };
  std::optional<std::string> publish(const What&, const std::vector<std::unique_ptr<Member>>& all);
  void accept(std::size_t at_most);
  void goodbye();

  bool subscribed(std::string_view channel) const { return node.subscribed(nomq::channel_id(channel)); }
  bool knows(const Member& other, std::string_view channel) const;

  // Every packet it sends: with manual acknowledgement it acknowledges nothing that was not accepted.
  void on_sent(const nomq::Header&);

  const Life life;

 private:
  struct Waiting {
    nomq::Token token;
    nomq::PacketId id;
  };

  void on(const nomq::Event&);

  const Plan& plan_;
  Witness& witness_;
  sim::Random random_;
  TestCipher cipher_{nomq::Profile::v1};
  std::shared_ptr<void> memory_;
  unsigned published_ = 0;
  std::deque<Waiting> waiting_;
  std::set<nomq::PacketId> accepted_;

 public:
  nomq::Node node;
  sim::Host<nomq::Node> host;

 private:
  const Instant started_;
};

}  // namespace tacit::test
