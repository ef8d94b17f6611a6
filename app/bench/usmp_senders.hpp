#pragma once
#include <thread>

#include "app/bench/settings.hpp"
#include "app/bench/usmp_server.hpp"

namespace tacit::app::bench {

// Threads of devices that connect to a server, and send numbered messages as fast as they are taken.
class UsmpSenders {
 public:
  // Comes back when all sessions are there; throws NotReached where that takes more than 30 s.
  UsmpSenders(const UsmpServer&, const Settings&);
  ~UsmpSenders();
  UsmpSenders(const UsmpSenders&) = delete;
  UsmpSenders& operator=(const UsmpSenders&) = delete;

  void start() { phase_ = Phase::sending; }
  void stop() { phase_ = Phase::flushing; }  // what was taken still leaves
  std::uint64_t sent() const { return sent_; }
  std::vector<clockid_t> clocks();  // of the threads, as long as this lives

 private:
  void end();
  enum class Phase : std::uint8_t { connecting, sending, flushing, over };

  template <class Client> void run(std::uint32_t first, std::uint32_t count);

  const UsmpServer& server_;
  const Settings settings_;
  std::atomic<Phase> phase_ = Phase::connecting;
  std::atomic<std::size_t> connected_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace tacit::app::bench
