// What a NoMQ message costs among many: a node that knows 1 to 10,000 channels, senders or subscribers, each in turn.
//
// usage: nomq_crowd_bench [ROUNDS [MESSAGES]]
//
// One node in one process without sockets, which is handed packets 64 at a time, as a port hands them over; the time is
// that node's alone, its answers included. Messages are 100 bytes.
#include <cstdlib>
#include <memory>

#include "bench/measure.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/nomq/node.hpp"
#include "tests/support/nomq_forge.hpp"

namespace tacit::bench {
namespace {

using namespace nomq;

constexpr std::size_t batch = 64;
constexpr Sizes sizes{.channels = 10'240,
                      .slots = 2048,
                      .peers = 10'240,
                      .interests = 10'240,
                      .debts = 16'384,
                      .sessions = 16'384,
                      .traces = 65'536,
                      .events = 1024,
                      .answers = 1024,
                      .batch = batch};

std::string channel_name(std::size_t i) { return "channel/" + std::to_string(i); }
SessionId session_of(std::size_t i) { return SessionId{static_cast<std::uint32_t>((i + 1) * 2'654'435'761u)}; }
Endpoint address_of(std::size_t i) {
  Endpoint at = test::endpoint(static_cast<std::uint8_t>(i / 1000));
  at.port = static_cast<std::uint16_t>(20'000 + i % 1000);
  return at;
}
std::size_t place_of(const Endpoint& at) { return at.ip[15] * std::size_t{1000} + at.port - 20'000u; }

// A node between two hands; others are forged.
class Table {
 public:
  Table() { now_ = test::at(60); }

  void listen_to(std::size_t channels) {
    for (std::size_t i = 0; i < channels; ++i) {
      names_.push_back(std::make_unique<std::string>(channel_name(i)));
      require(node_.subscribe(*names_.back(), now_).has_value());
    }
    settle();
  }

  // So many peers are known, each with a channel of its own that it listens to and an address that is proven.
  void introduce(std::size_t peers) {
    for (std::size_t i = 0; i < peers; ++i) {
      const std::string name = channel_name(i);
      const HeartbeatBody body{{}, {}, mark_of(channel_id(name))};
      const HeartbeatFlags asks{.asks = true};  // and is asked
      hear({from(i, forge_.naming(PacketType::subscribe, session_of(i), PacketId{1}, name, now_)),
            from(i, forge_.heartbeat(session_of(i), PacketId{1}, body, now_, {}, ttl_default_s, asks))});
      if (i % batch == 0) settle();
    }
    for (int times = 0; times < 20; ++times) settle();
    std::size_t proven = 0;
    node_.for_each_peer([&](const PeerView& peer) { proven += peer.proven; });
    require(proven == peers);
  }

  // QoS 0, from so many senders to so many channels, each in turn.
  double receive(std::size_t senders, std::size_t channels, std::size_t messages) {
    const std::string text(100, 'x');
    return each_batch(messages, [&](std::size_t k) {
      const PublishFlags flags{Qos::at_most_once, false, true, 0};
      return from(k % senders, forge_.message(session_of(k % senders), next_id_of(k, senders),
                                              channel_name(k % channels), text, now_, flags));
    });
  }

  // QoS 1, to so many subscribers, each in turn; each acknowledges.
  double publish(std::size_t subscribers, std::size_t messages) {
    const std::string text(100, 'x');
    std::vector<ChannelId> ids;
    for (std::size_t i = 0; i < subscribers; ++i) ids.push_back(channel_id(channel_name(i)));
    double spent = 0;
    for (std::size_t done = 0; done < messages; done += batch) {
      now_.tick.us += 10;
      sent_.clear();
      const double before = thread_cpu_seconds();
      for (std::size_t k = done; k < done + batch; ++k)
        require(
            node_.publish({.channel = ids[k % subscribers], .message = bytes_of(text), .qos = Qos::at_least_once}, now_)
                .has_value());
      drain(node_, *this, now_);
      spent += thread_cpu_seconds() - before;
      std::vector<test::Said> acknowledgements;
      std::size_t k = done;
      for (const test::Said& packet : sent_)
        if (packet.type() == PacketType::publish) {
          const std::size_t who = k++ % subscribers;
          acknowledgements.push_back(from(who, forge_.acknowledgement(session_of(who), packet.header(), now_)));
        }
      require(acknowledgements.size() == batch);
      spent += hear(acknowledgements);
    }
    require(outcomes_ == messages);
    return spent / static_cast<double>(messages) * 1e9;
  }

  // For kit's loop.
  Outbox& outbox() {
    out_.clear();
    return out_;
  }
  void send(const Outbox& out) {
    for (const Outbox::Run& run : out.runs())
      for_each_datagram(run.bytes, run.datagram_size,
                        [&](MutBytes one) { sent_.push_back({run.path, {one.begin(), one.begin() + kept}}); });
  }
  void deliver(const Event& event) {
    messages_ += std::holds_alternative<Message>(event);
    outcomes_ += std::holds_alternative<Outcome>(event);
  }

 private:
  static constexpr std::size_t kept = wire::size_of<Header>;  // of each packet that left: all that is looked at

  static test::Said from(std::size_t sender, test::Said said) {
    said.path = {address_of(sender), {}, said.type() == PacketType::publish};
    return said;
  }
  PacketId next_id_of(std::size_t k, std::size_t senders) {
    return PacketId{static_cast<std::uint32_t>(k / senders + 1)};
  }

  // The node's own time for a batch, in seconds.
  double hear(const std::vector<test::Said>& packets) {
    std::vector<std::vector<std::uint8_t>> memory;
    std::vector<Datagram> datagrams;
    for (const test::Said& packet : packets) {
      memory.push_back(packet.bytes);
      datagrams.push_back({packet.path, memory.back()});
    }
    now_.tick.us += 10;
    const double before = thread_cpu_seconds();
    offer(node_, *this, datagrams, now_);
    return thread_cpu_seconds() - before;
  }

  template <class Make> double each_batch(std::size_t messages, Make make) {
    double spent = 0;
    for (std::size_t done = 0; done < messages; done += batch) {
      std::vector<test::Said> packets;
      for (std::size_t k = done; k < done + batch; ++k) packets.push_back(make(k));
      spent += hear(packets);
    }
    require(messages_ == messages);
    return spent / static_cast<double>(messages) * 1e9;
  }

  // Time passes, and who is asked answers.
  void settle() {
    now_.tick.us += 100'000;
    const auto asked = std::exchange(sent_, {});
    for (const test::Said& packet : asked)
      if (packet.type() == PacketType::heartbeat && !packet.path.to_group) {
        const std::size_t who = place_of(packet.path.peer);
        const HeartbeatBody body{packet.header().id, {}, mark_of(channel_id(channel_name(who)))};
        hear({from(who, forge_.heartbeat(session_of(who), PacketId{++heartbeats_}, body, now_))});
      }
    wake(node_, *this, now_);
    drain(node_, *this, now_);
  }

  crypto::HostRandom random_;
  test::TestCipher cipher_{Profile::v1};
  host::NomqMemory memory_{sizes};
  Node node_{{}, memory_.tables(), cipher_, random_};
  test::Forger forge_;
  Now now_;
  std::vector<std::unique_ptr<std::string>> names_;
  std::vector<std::uint8_t> out_memory_ = std::vector<std::uint8_t>(262'144);
  std::vector<Outbox::Run> out_runs_ = std::vector<Outbox::Run>(1024);
  Outbox out_{out_memory_, out_runs_};
  std::vector<test::Said> sent_;
  std::size_t messages_ = 0, outcomes_ = 0;
  std::uint32_t heartbeats_ = 1;
};

double of_channels(std::size_t many, std::size_t messages) {
  const auto table = std::make_unique<Table>();
  table->listen_to(many);
  return table->receive(1, many, messages);
}
double of_senders(std::size_t many, std::size_t messages) {
  const auto table = std::make_unique<Table>();
  table->listen_to(1);
  table->introduce(many);
  return table->receive(many, 1, messages);
}
double of_subscribers(std::size_t many, std::size_t messages) {
  const auto table = std::make_unique<Table>();
  table->introduce(many);
  return table->publish(many, messages);
}

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  using namespace tacit::bench;
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::size_t messages = (argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 102'400) / batch * batch;
  struct Case {
    const char* name;
    double (*measure)(std::size_t, std::size_t);
  };
  constexpr std::array cases{Case{"QoS 0 received, on so many channels", of_channels},
                             Case{"QoS 0 received, from so many senders", of_senders},
                             Case{"QoS 1 sent and acknowledged, to so many subscribers", of_subscribers}};
  constexpr std::array<std::size_t, 5> many{1, 10, 100, 1000, 10'000};
  std::array<std::array<std::vector<double>, many.size()>, cases.size()> figures;
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < cases.size(); ++i)
      for (std::size_t j = 0; j < many.size(); ++j) figures[i][j].push_back(cases[i].measure(many[j], messages));
  std::printf("| CPU ns a message | 1 | 10 | 100 | 1000 | 10000 |\n|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::printf("| %s |", cases[i].name);
    for (const auto& figure : figures[i]) std::printf(" %s |", spread(figure, 0).c_str());
    std::printf("\n");
  }
}
