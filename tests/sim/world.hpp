#pragma once
#include "tests/sim/attacker.hpp"
#include "tests/sim/member.hpp"

namespace tacit::test {

// Nodes in one network to which one seed does things; then the network heals, and all must be well.
class World {
 public:
  explicit World(const Plan&);

  void run();
  const std::vector<std::string>& complaints() const { return witness_.complaints(); }

 private:
  void start(unsigned member);
  void do_something();
  void publish_some(Member&);
  void restart(unsigned member);
  void trouble();
  void heal();
  void check_that_all_know_who_listens();
  void check_that_all_hear();
  void pass(Duration);

  Member& any() { return *members_[dice_.below(static_cast<std::uint32_t>(members_.size()))]; }
  std::string_view any_channel() { return channel_names[dice_.below(channel_names.size())]; }
  Endpoint fresh_address() { return endpoint(static_cast<std::uint8_t>(++addresses_)); }
  std::vector<Endpoint> addresses() const;

  const Plan plan_;
  sim::Random dice_;
  Witness witness_;
  sim::Network network_;
  Attacker attacker_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<unsigned> runs_;
  unsigned addresses_ = 0, bursts_ = 0;
};

}  // namespace tacit::test
