#include "bench/peers/peer.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace tacit::bench::peers {
namespace {

constexpr std::uint8_t filling = 0x55;

Task task_of(int argc, char** argv) {
  Task task;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string name = word.substr(0, word.find('=')),
                      value = word.substr(std::min(word.size(), name.size() + 1));
    if (name == "what") task.what = value == "latency" ? What::latency : What::throughput;
    else if (name == "size") task.size = std::stoul(value);
    else if (name == "seconds") task.seconds = std::stod(value);
    else if (name == "qos") task.qos = std::stoi(value);
    else if (name == "port") task.port = static_cast<std::uint16_t>(std::stoul(value));
    else if (name == "server") task.server = std::stoi(value);
    else if (name == "folder") task.folder = value;
    else fail("there is no " + name);
  }
  check(task.size >= sizeof(std::uint64_t), "a message has its number in its first 8 bytes");
  return task;
}

double cpu_seconds_of(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (process == 0 || clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// Of all that is sorted, the part below which so many lie.
double percentile(const std::vector<double>& sorted, double part) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(part * last + 0.5)];
}

}  // namespace

Receiver::Receiver(const Task& task, Board& board) : board_(board), expected_(task.size, filling) {}

void Receiver::take(std::span<const std::uint8_t> message) {
  std::uint64_t number = 0;
  if (message.size() == expected_.size() &&
      std::memcmp(message.data() + sizeof number, expected_.data(), message.size() - sizeof number) == 0) {
    std::memcpy(&number, message.data(), sizeof number);
    board_.sum.fetch_add(number, std::memory_order_relaxed);
    board_.received.fetch_add(1, std::memory_order_release);
  } else {
    board_.wrong.fetch_add(1, std::memory_order_relaxed);
  }
}

Sender::Sender(const Task& task, Board& board, pid_t receiver)
    : task_(task), board_(board), receiver_(receiver), message_(task.size, filling) {}

Sender::Mark Sender::mark() const {
  return {Clock::now(), cpu_seconds_of(getpid()) + cpu_seconds_of(receiver_) + cpu_seconds_of(task_.server),
          board_.received};
}

bool Sender::goes_on() {
  if (++asked_ % 16 != 0 && task_.what == What::throughput) return true;  // the clock is not looked at for each message
  const std::chrono::duration<double> warm_up(task_.seconds / 4), all(task_.seconds * 5 / 4);
  const auto passed = Clock::now() - begun_;
  if (!warm_ && passed >= warm_up) {
    warm_ = true;
    first_ = mark();
    exchanges_.clear();
  }
  if (passed < all) return true;
  last_ = mark();
  ended_ = last_.at;
  return false;
}

std::span<const std::uint8_t> Sender::next() {
  std::memcpy(message_.data(), &sent_, sizeof sent_);
  ++sent_;
  return message_;
}

bool Sender::waits_for_the_rest() { return board_.received < sent_ && Clock::now() - ended_ < std::chrono::seconds(1); }

std::string Sender::json() const {
  std::array<char, 256> text{};
  if (task_.what == What::latency) {
    check(!exchanges_.empty(), "nothing came back");
    std::vector<double> sorted = exchanges_;
    std::ranges::sort(sorted);
    std::snprintf(text.data(), text.size(),
                  R"({"p50_us": %.2f, "p90_us": %.2f, "p99_us": %.2f, "p999_us": %.2f, "count": %zu})",
                  percentile(sorted, 0.5), percentile(sorted, 0.9), percentile(sorted, 0.99), percentile(sorted, 0.999),
                  sorted.size());
    return text.data();
  }
  const auto arrived = static_cast<double>(last_.received - first_.received);
  check(arrived > 0, "nothing arrived");
  const std::uint64_t received = board_.received, sum = board_.sum, all = sent_ * (sent_ - 1) / 2;
  const bool other_ones = received >= sent_ && sum != all;  // as many as were sent, but not those
  std::snprintf(text.data(), text.size(), R"({"rate": %.1f, "cpu_us": %.4f, "lost": %llu, "wrong": %llu})",
                arrived / std::chrono::duration<double>(last_.at - first_.at).count(),
                (last_.cpu_s - first_.cpu_s) / arrived * 1e6,
                static_cast<unsigned long long>(sent_ - std::min(sent_, received)),
                static_cast<unsigned long long>(board_.wrong + (other_ones ? 1 : 0)));
  return text.data();
}

void doze() {
  constexpr timespec a_while{0, 50'000};
  nanosleep(&a_while, nullptr);
}

void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  _exit(1);
}

int run(int argc, char** argv, void (*receive)(const Task&, Receiver&), void (*send)(const Task&, Sender&)) {
  const Task task = task_of(argc, argv);
  void* memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED, "no memory");
  Board& board = *new (memory) Board{};
  alarm(static_cast<unsigned>(task.seconds * 1.25) + 4);  // a peer that hangs ends this process, and that the other
  const pid_t parent = getpid(), receiver = fork();       // before any library has begun anything
  check(receiver >= 0, "no process");
  if (receiver == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) return 1;
    Receiver in(task, board);
    receive(task, in);
    _exit(0);
  }
  while (!board.ready) {
    check(waitpid(receiver, nullptr, WNOHANG) == 0, "the receiver gave up");
    doze();
  }
  Sender out(task, board, receiver);
  send(task, out);
  board.over = true;
  std::printf("%s\n", out.json().c_str());
  kill(receiver, SIGKILL);
  waitpid(receiver, nullptr, 0);
  std::fflush(stdout);
  _exit(0);  // not every library ends when it is told to
}

}  // namespace tacit::bench::peers
