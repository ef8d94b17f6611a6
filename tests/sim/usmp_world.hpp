#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tacit/port/sim/host.hpp"
#include "tacit/port/sim/stream_host.hpp"
#include "tacit/usmp/client.hpp"
#include "tacit/usmp/hub.hpp"

// Devices and a server in a network that does its worst, and a witness who knows what each of them said.
namespace tacit::test {

inline constexpr usmp::HubSizes server_sizes{.sessions = 12,
                                             .handshakes = 6,
                                             .connections = 8,
                                             .keys = 4,
                                             .messages = 12,
                                             .reassemblies = 3,
                                             .origins = 24,
                                             .records = 16,
                                             .events = 4,
                                             .answers = 4};
inline constexpr usmp::ClientSizes device_sizes{.messages = 3, .message_bytes = usmp::message_size_max};

// What was said in one direction between the server and one device, and what became of it.
class Ledger {
 public:
  // A new message, that is not like any other: its number, and then so many bytes that follow from it.
  std::string write(std::size_t size);
  void sent(std::uint32_t handle, const std::string& text) { open_[handle] = text; }
  void forget_handles() { open_.clear(); }  // the sender lost its memory
  // All of these complain where it cannot be.
  void arrived(std::string_view text, std::vector<std::string>& complaints);
  // `acknowledged`: by the other side, so it has it.
  void ended(std::uint32_t handle, bool acknowledged, std::vector<std::string>& complaints);

  std::size_t open() const { return open_.size(); }
  std::size_t arrivals() const { return arrived_.size(); }

 private:
  std::uint32_t next_ = 1;
  std::set<std::string> written_, arrived_;
  std::map<std::uint32_t, std::string> open_;
};

class UsmpServer {
 public:
  UsmpServer(sim::Network&, sim::Streams&, const Endpoint&, std::uint64_t seed, std::vector<std::string>& complaints);

  void know(const usmp::DeviceId& id, const usmp::Psk& psk) { keys_.emplace(id, psk.duplicate()); }
  void restart();
  bool send(const usmp::DeviceId&, std::size_t size);
  std::optional<usmp::SessionRef> session_of(const usmp::DeviceId&) const;
  usmp::Hub& hub() { return run_->hub; }
  void speak() { run_->host.speak(); }
  Now now() const { return run_->host.now(); }

  std::map<usmp::DeviceId, Ledger> to_device, from_device;
  unsigned moved = 0;
  usmp::Transport transport{};  // of its devices: a stream acknowledges nothing

 private:
  struct Run {
    Run(UsmpServer&, std::uint64_t seed);
    sim::Random random;
    std::unique_ptr<usmp::HubMemory<server_sizes>> memory = std::make_unique<usmp::HubMemory<server_sizes>>();
    usmp::Hub hub;
    sim::HubHost<usmp::Hub> host;
  };
  void on(const usmp::HubEvent&);

  sim::Network& network_;
  sim::Streams& streams_;
  Endpoint at_;
  std::uint64_t seed_;
  std::vector<std::string>& complaints_;
  std::map<usmp::DeviceId, usmp::Psk> keys_;
  std::map<usmp::DeviceId, usmp::SessionRef> sessions_;
  std::unique_ptr<Run> run_;
};

class UsmpBoard {
 public:
  UsmpBoard(sim::Network&, sim::Streams&, usmp::Transport, UsmpServer&, const Endpoint& server, std::uint8_t number,
            std::uint64_t seed, std::vector<std::string>& complaints);

  void restart();
  bool send(std::size_t size);
  void move(const Endpoint& to) { run_->move(at_ = to); }
  void step_clock(Duration ahead) { run_->step_clock(ahead); }
  void rekey() {
    (void)run_->client().rekey(now());
    run_->speak();
  }
  bool connected() { return run_->client().session() != nullptr; }
  const usmp::DeviceId& id() const { return id_; }
  const Endpoint& at() const { return at_; }

 private:
  // From a start to the next, over either transport.
  struct Run {
    explicit Run(std::uint64_t seed) : random(seed) {}
    virtual ~Run() = default;
    virtual usmp::Client& client() = 0;
    virtual void speak() = 0;
    virtual void move(const Endpoint&) {}
    virtual void step_clock(Duration) {}

    sim::Random random;
    usmp::ClientMemory<device_sizes> memory;
  };
  struct DatagramRun;
  struct StreamRun;
  void start();
  void on(const usmp::ClientEvent&);
  Now now() const { return {network_.now(), std::nullopt}; }

  sim::Network& network_;
  sim::Streams& streams_;
  usmp::Transport transport_;
  UsmpServer& server_;
  Endpoint server_at_, at_;
  usmp::DeviceId id_;
  usmp::Psk psk_;
  std::uint64_t seed_;
  std::vector<std::string>& complaints_;
  std::unique_ptr<Run> run_;
};

// It hears what is sent, and says it again: later, changed, in part, from elsewhere, or with an acknowledgement in
// somebody's name. It has no key. Addresses that are nobody's get no more bytes than came from there.
class UsmpAttacker {
 public:
  UsmpAttacker(sim::Network& network, std::uint64_t seed, std::vector<std::string>& complaints);
  void strike(const std::vector<Endpoint>& everybody);

 private:
  static bool is_nobody(const Endpoint& at) { return at.ip[0] == 0xFC; }
  Endpoint any(const std::vector<Endpoint>& everybody);
  std::vector<std::uint8_t> forged();

  sim::Network& network_;
  sim::Random dice_;
  std::vector<std::string>& complaints_;
  bool striking_ = false;
  std::vector<sim::Packet> heard_;
  std::map<Endpoint, std::pair<std::size_t, std::size_t>> books_;  // bytes from there, bytes to there
};

}  // namespace tacit::test
