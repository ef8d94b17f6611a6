#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>

#include "app/bench/usmp.hpp"
#include "app/bench/usmp_crowd.hpp"

// What many sessions cost, with the server's sockets on loopback and without.
namespace tacit::app::bench {
namespace {

double resident_bytes() {
  std::size_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(getpagesize());
}

double available_bytes() {
  std::string word;
  for (std::ifstream meminfo("/proc/meminfo"); meminfo >> word;)
    if (word == "MemAvailable:" && meminfo >> word) return std::stod(word) * 1024;
  return 1e9;
}

// A crowd that is made when it is first asked for, with what its sessions weigh.
class Crowd {
 public:
  explicit Crowd(std::size_t sessions) : sessions_(sessions) {}

  // The first so many of them speak.
  Figures message_cost(std::size_t speaking, const Settings& settings) {
    if (!crowd_) gather();
    const std::vector<std::uint8_t> message(settings.message, 0x55);
    const std::size_t messages = settings.length.messages_among(speaking);
    const UsmpTalk talk{speaking, messages, message};
    const auto heard = crowd_->messages(), wrong_before = crowd_->wrong();
    const double cpu_s = crowd_->speak_through(*sockets_, talk), cpu_s_alone = crowd_->speak(talk);
    const auto arrived = crowd_->messages() - heard, wrong = crowd_->wrong() - wrong_before;
    return {static_cast<double>(speaking),  us_each(cpu_s, messages),
            us_each(cpu_s_alone, messages), static_cast<double>(2 * messages - arrived - wrong),
            static_cast<double>(wrong),     speaking == sessions_ ? bytes_each_ : unknown};
  }

 private:
  void gather() {
    sockets_ = std::make_unique<UsmpCrowdSockets>();
    UsmpCrowd small(1);  // takes what is taken once
    small.connect(1);
    const double before = resident_bytes();
    crowd_ = std::make_unique<UsmpCrowd>(sessions_, sockets_.get());
    crowd_->connect(sessions_);
    bytes_each_ = (resident_bytes() - before) / static_cast<double>(sessions_) -
                  static_cast<double>(UsmpCrowd::bytes_of_device());
  }

  const std::size_t sessions_;
  std::unique_ptr<UsmpCrowdSockets> sockets_;
  std::unique_ptr<UsmpCrowd> crowd_;
  double bytes_each_ = 0;
};

}  // namespace

Experiment usmp_handshake(const Settings& settings) {
  const std::size_t count = std::clamp<std::uint64_t>(settings.length.messages, 1, 400);
  return {.columns = {{"cpu_us", "CPU µs/handshake", 1}},
          .subjects = {{"tacit", "USMP v2, the server",
                        [=] {
                          UsmpCrowd crowd(count);
                          crowd.connect(count);
                          return Figures{us_each(crowd.hub_cpu_s(), count)};
                        }},
                       {"bare", "key pair, X25519, HKDF, two macs",
                        [=] { return Figures{us_each(UsmpCrowd(1).cryptography_alone_s(count), count)}; }}},
          .ratios = {{"tacit", "bare", "cpu_us"}},
          .notes = {"without sockets: datagrams are handed over, 64 at a time"}};
}

Experiment usmp_sessions(const Settings& settings) {
  // Half of what is free at most: with what the process has besides, 2 KB each.
  const auto room = static_cast<std::size_t>(available_bytes() / 2 / 2048);
  const std::size_t sessions = std::min(settings.sessions, std::max<std::size_t>(room, 1));
  const auto crowd = std::make_shared<Crowd>(sessions);
  Experiment experiment{.columns = {{"sessions", "sessions", 0},
                                    {"cpu_us", "CPU µs/message", 3},
                                    {"cpu_us_alone", "without sockets", 3},
                                    {"lost", "lost", 0},
                                    {"wrong", "wrong", 0},
                                    {"bytes", "bytes/session", 0}},
                        .subjects = {},
                        .ratios = {},
                        .notes = {"CPU time is that of the server on loopback, the kernel's part included; and of its "
                                  "hub alone, which is handed datagrams",
                                  "64 messages at a time, then it is the devices' turn: nobody is woken; of fewer "
                                  "sessions each says several, which devices do not do",
                                  "memory of a session is what the process grew by, the server's tables among it"}};
  if (sessions < settings.sessions)
    experiment.notes.push_back("fewer sessions than asked for: memory is free for " + std::to_string(sessions));
  for (const std::size_t count : decades(sessions))
    experiment.subjects.push_back({"speaking_" + std::to_string(count), "USMP v2, sessions: " + std::to_string(count),
                                   [=] { return crowd->message_cost(count, settings); }});
  return experiment;
}

}  // namespace tacit::app::bench
