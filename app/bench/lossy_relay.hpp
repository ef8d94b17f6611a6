#pragma once
#include <atomic>
#include <random>

#include "app/bench/repeating.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/lan_sockets.hpp"

namespace tacit::app::bench {

// A bad network between two programs on loopback: it has a place in each of two groups, and each group has one program
// besides. What a program says to its group is said to the other group, and what it says to the relay goes to the other
// program, so that neither meets the other but through here. Some datagrams get lost, each by itself and not the run
// that it came in, both ways alike.
//
// It works on a thread of its own, in the network namespace of whoever makes it. Runs come in and leave as runs where
// the kernel has offload, so that it is not what is measured.
class LossyRelay {
 public:
  struct Ports {
    std::uint16_t one, other;  // of the groups
  };
  // At first nothing gets lost. The same seed loses the same of a sequence of datagrams. Throws std::system_error where
  // there are no sockets.
  LossyRelay(Ports, std::uint32_t seed);

  void lose(double percent);  // from now on, of what comes from either side

  // In datagrams; both sides together, what the relay itself said to a group not counted.
  std::uint64_t heard() const { return heard_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

  double cpu_s();  // seconds of CPU time of its thread, the kernel's part included

 private:
  struct Side {
    linux_port::LanSockets sockets;
    Endpoint program{};  // once it was heard
  };

  void turn();
  void pass(Side& from, Side& to);
  bool loses_this() { return dice_() < losing_.load(std::memory_order_relaxed); }

  crypto::HostRandom random_;
  Side one_, other_;
  std::mt19937 dice_;
  std::atomic<std::uint64_t> losing_ = 0;  // of 2^32
  std::atomic<std::uint64_t> heard_ = 0, lost_ = 0;
  Repeating thread_;  // the last, because it uses all the others
};

}  // namespace tacit::app::bench
