#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tacit/e2e/link.hpp"
#include "tacit/port/sim/random.hpp"

// Links around a broker that is the enemy: it sees everything, keeps everything, and chooses what arrives where and
// when.
namespace tacit::test {

struct BrokerPlan {
  unsigned drop_percent = 0, repeat_percent = 0, hold_percent = 0, move_percent = 0, alter_percent = 0;
  unsigned reflect_percent = 0, forge_percent = 0;
  bool clocks_step = false;      // by an hour, back and forth
  bool bound = false;            // topics are authenticated
  std::size_t lost_percent = 0;  // of what the client was given and did not write
};

// What the enemy has of one PUBLISH.
struct Captured {
  std::size_t sender = 0;
  std::string topic, text;
  std::vector<std::uint8_t> payload;
  e2e::PacketTime sealed_at;  // by its sender's clock
};

class E2eWorld {
 public:
  static constexpr std::size_t members = 3;
  static constexpr Duration window{15'000'000};

  E2eWorld(std::uint64_t seed, const BrokerPlan&);

  // Lets members publish and the broker do its worst for so long.
  void rage(Duration);
  // From now on clocks are right and the broker is honest; each member publishes once, and all who hear it have it.
  void make_peace();

  std::string trouble;  // the first thing that must not happen
  std::size_t delivered = 0, refused = 0;
  // How often the enemy's work was refused, by its name.
  Counters counters(std::size_t member) const { return members_[member]->link.counters(); }

 private:
  using Memory = e2e::Memory<e2e::Sizes{.slots = 8, .message_bytes = 64, .outcomes = 16, .seen = 512}>;
  struct Member {
    Member(const e2e::LinkConfig& config, const e2e::Key& key, std::uint64_t seed)
        : random(seed), memory(std::make_unique<Memory>()), link(config, memory->tables(), key, random) {}
    sim::Random random;
    std::unique_ptr<Memory> memory;
    e2e::Link link;
    std::int64_t clock_ahead_us = 0;
    bool stepped = false;
    std::set<std::string> heard;   // texts
    std::set<std::uint32_t> owed;  // handles without an outcome
  };
  struct Flying {
    Instant at;
    std::size_t to = 0, captured = 0;
    std::string topic;
    std::vector<std::uint8_t> payload;
    bool intact = false, on_its_topic = false;
  };

  Now now_of(const Member&) const;
  void step_clocks();
  void publish(std::size_t member);
  void transmit(std::size_t member, bool honest);
  void spread(std::size_t captured, bool honest);
  void fly(std::size_t captured, std::size_t to, Duration delay, bool honest);
  void forge();
  void arrive(const Flying&);
  void settle(std::size_t member, bool expect_message, const Flying* arrived);
  void deliver_due();
  void complain(const std::string&);

  sim::Random random_;
  BrokerPlan plan_;
  Instant now_{1'000'000};
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<Captured> captured_;
  std::vector<Flying> flying_;
  std::set<std::string> published_;
  std::uint32_t count_ = 0;
};

}  // namespace tacit::test
