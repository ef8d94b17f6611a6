#pragma once
#include <functional>
#include <map>
#include <vector>

#include "tacit/base/endpoint.hpp"
#include "tacit/base/time.hpp"
#include "tacit/port/sim/random.hpp"

namespace tacit::sim {

// What the air does to a packet on its way to one host.
struct Air {
  unsigned loss_percent = 0, repeat_percent = 0;
  unsigned flip_percent = 0, cut_percent = 0;   // one bit; the end of the packet
  unsigned delay_ms_min = 1, delay_ms_max = 1;  // a range reorders
};

struct Packet {
  Endpoint from, to;  // `to` is nothing where it is for the group
  bool to_group = false;
  std::vector<std::uint8_t> bytes;
};

// A place in the network where a machine can be; port/sim/host.hpp is the one for a DatagramMachine.
class Seat {
 public:
  virtual Endpoint at() const = 0;
  virtual void land(std::span<Packet>) = 0;  // all that arrived at this instant
  virtual void wake() = 0;
  virtual std::optional<Instant> next() const = 0;

 protected:
  ~Seat() = default;
};

// One network whose clock is a variable. It knows bytes and addresses and no protocol, and one seed makes
// one history: nothing here asks the machine it runs on for anything.
class Network {
 public:
  Network(std::uint64_t seed, const Air& air) : random_(seed), air_(air) {}
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Instant now() const { return clock_; }
  void run(Duration);  // lets so much time pass

  void set_air(const Air& air) { air_ = air; }
  // Hosts hear only those on their island; all begin on island 0.
  void put_on_island(const Endpoint& at, unsigned island) { islands_[at] = island; }
  void join_islands() { islands_.clear(); }

  // A packet leaves. The group is everybody, the sender too. Anybody may say that it is from anybody.
  void send(const Packet&);

  void seat(Seat&);
  void unseat(Seat&);

  // What a test wants to see: each packet as it leaves, before the air has it; and as it arrives.
  std::function<void(const Packet&)> on_sent;
  std::function<void(const Packet&)> on_landed;
  // True: this copy, to this address, is lost.
  std::function<bool(const Packet&, const Endpoint& to)> loses;

 private:
  void fly(const Packet&, const Endpoint& to);
  void damage(std::vector<std::uint8_t>&);
  void land_all();
  unsigned island(const Endpoint& at) const;

  Random random_;
  Air air_;
  Instant clock_{1'000'000};
  std::vector<Seat*> seats_;
  std::multimap<Instant, Packet> flying_;
  std::map<Endpoint, unsigned> islands_;
};

}  // namespace tacit::sim
