#pragma once
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// What the programs that measure other people's software have in common: two processes, a sender and a receiver, with
// a server between them where that software has one. They do what `tacit bench` does, and count what it counts: what
// arrived, looked at byte for byte, and the CPU time of all processes.
namespace tacit::bench::peers {

enum class What : std::uint8_t { throughput, latency };

// From the command line, NAME=VALUE each: what, size (bytes, 8 at least), seconds, qos, port, server, folder.
struct Task {
  What what{};
  std::size_t size = 100;
  double seconds = 1;
  int qos = 0;               // in the words of that software: a level, or for CoAP 1 for confirmable
  std::uint16_t port = 0;    // the server's, or a free one
  pid_t server = 0;          // whose CPU time counts too; 0: there is none
  std::string folder = ".";  // keys and certificates
};

// In memory that both processes have.
struct Board {
  std::atomic<std::uint64_t> received, sum, wrong;
  std::atomic<bool> ready, over;
};

class Receiver {
 public:
  Receiver(const Task&, Board&);

  void ready() { board_.ready = true; }  // the sender may begin
  bool over() const { return board_.over; }
  void take(std::span<const std::uint8_t> message);

 private:
  Board& board_;
  std::vector<std::uint8_t> expected_;
};

class Sender {
 public:
  Sender(const Task&, Board&, pid_t receiver);

  // Throughput: until the time is over. Call it once a message or each time there was nothing to do.
  bool goes_on();
  // So many are under way; what has no flow control of its own must not be ahead by more.
  bool full(std::uint64_t window) const { return sent_ - board_.received >= window; }
  std::span<const std::uint8_t> next();  // counted as sent; good until the next call
  // After the last: more may arrive, for a second at most.
  bool waits_for_the_rest();

  // Latency: `exchange` sends next() and returns when it has come back, which the time is taken of. In between there is
  // a pause, so that what is measured is an exchange and not how full a queue is.
  template <class Exchange> void each_exchange(Exchange exchange) {
    while (goes_on()) {
      const auto before = Clock::now();
      exchange(next());
      exchanges_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
    }
  }

  // {"rate": …, "cpu_us": …, "lost": …, "wrong": …} or {"p50_us": …, …, "count": …}
  std::string json() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Mark {
    Clock::time_point at;
    double cpu_s = 0;
    std::uint64_t received = 0;
  };
  Mark mark() const;

  Task task_;
  Board& board_;
  pid_t receiver_;
  std::vector<std::uint8_t> message_;
  std::vector<double> exchanges_;
  std::uint64_t sent_ = 0, asked_ = 0;
  bool warm_ = false;
  Clock::time_point begun_ = Clock::now(), ended_;
  Mark first_, last_;
};

void doze();                                      // 50 µs, for who has nothing to wait at
[[noreturn]] void fail(const std::string& what);  // ends the program; the reason goes to stderr
inline void check(bool fine, const char* what) {
  if (!fine) fail(what);
}

// main(): a process that receives and one that sends. Ends by itself, whatever the software does.
int run(int argc, char** argv, void (*receive)(const Task&, Receiver&), void (*send)(const Task&, Sender&));

}  // namespace tacit::bench::peers
