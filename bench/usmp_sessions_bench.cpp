// What a USMP server's sessions cost: the memory of very many that are idle, the CPU time of a handshake, and that of a
// message from one of few and from one of very many.
//
// usage: usmp_sessions_bench [ROUNDS [SESSIONS]]
//
// Hub and devices meet in one process without sockets, 64 datagrams at a time, as a port gives them; the time is that
// of the hub alone, its owner's answers about keys included. The same cryptography alone is measured in turn with it.
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "bench/measure.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/usmp_hub_memory.hpp"
#include "tacit/usmp/hub.hpp"

namespace tacit::bench {
namespace {

using namespace usmp;

constexpr std::size_t batch = 64;
const Psk& psk() {
  static const Psk one = *Psk::of(bytes_of("a key that everybody may know. 1"));
  return one;
}

HubSizes sizes_for(std::size_t sessions) {
  return {.sessions = sessions,
          .handshakes = 512,
          .connections = 16,
          .keys = 4096,
          .messages = 1024,
          .reassemblies = 256,
          .origins = sessions + 512,
          .records = sessions,
          .events = 256,
          .answers = 256};
}

// A hub between two hands.
class Table {
 public:
  explicit Table(std::size_t sessions)
      : memory_(sizes_for(sessions)),
        hub({.limits = {.handshakes_per_origin = 65'535, .sessions_per_origin = 65'535}}, memory_.tables(), random) {}

  // What it sends for these datagrams is in `sent` until the next call.
  void hear(std::span<Datagram> in) {
    const double before = thread_cpu_seconds();
    sent.clear();
    used_ = 0;
    now_.tick.us += 10;
    offer(hub, *this, in, now_);
    spent += thread_cpu_seconds() - before;
  }

  // For kit's loop.
  Outbox& outbox() {
    out_.clear();
    return out_;
  }
  void send(const Outbox& out) {
    for (const Outbox::Run& run : out.runs())
      for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes one) {
        const MutBytes kept = MutBytes(sent_memory_).subspan(used_, one.size());
        copy(Bytes(one), kept);
        used_ += one.size();
        sent.push_back({run.path, kept});
      });
  }
  void deliver(const HubEvent& event) {
    messages += std::holds_alternative<DeviceMessage>(event);
    if (const auto* wanted = std::get_if<KeyWanted>(&event)) {
      const OfferedKey key{psk().reveal()};
      (void)hub.provide(wanted->request, {&key, 1}, false, now_);
    }
  }

  crypto::HostRandom random;

 private:
  host::UsmpHubMemory memory_;
  std::vector<std::uint8_t> outbox_memory_ = std::vector<std::uint8_t>(65'536), sent_memory_ = outbox_memory_;
  std::vector<Outbox::Run> runs_ = std::vector<Outbox::Run>(256);
  Outbox out_{outbox_memory_, runs_};
  std::size_t used_ = 0;
  Now now_{Instant{1'000'000}, std::nullopt};

 public:
  Hub hub;
  std::vector<Datagram> sent;
  std::size_t messages = 0;
  double spent = 0;  // seconds of this thread, in hear()
};

// Devices number `first` and those after it, each at its own address.
class Devices {
 public:
  explicit Devices(Table& table) : table_(table) {
    table.random.fill(private_key_.fill());
    crypto::x25519_public(private_key_, exchange_.client);
    datagrams_.reserve(batch);
    memory_.resize(batch * frame_size_max);
  }

  struct Up {
    SessionId session{};
    Secret<32> key;  // that of the device's frames
    std::uint32_t seq = 0;
  };

  // Connects so many, and keeps the keys of them if it is to. One key pair serves all: the hub computes no less.
  void connect(std::size_t first, std::size_t count, std::vector<Up>* keep) {
    std::array<Cookie, batch> cookies;
    std::array<Challenge, batch> challenges;
    say(first, count, [&](std::size_t i, MutBytes room) { return hello(first + i, std::nullopt, room); });
    answers<HelloRetry>(first, [&](std::size_t i, const HelloRetry& retry) { cookies[i] = retry.cookie; });
    say(first, count, [&](std::size_t i, MutBytes room) { return hello(first + i, cookies[i], room); });
    answers<Challenge>(first, [&](std::size_t i, const Challenge& challenge) { challenges[i] = challenge; });
    say(first, count, [&](std::size_t i, MutBytes room) { return hello_ack(first + i, challenges[i], room); });
    answers<SessionOk>(first, [&](std::size_t i, const SessionOk& ok) {
      if (!keep) return;
      keep->push_back({ok.session, std::move(keys(challenges[i]).client_to_server)});
    });
    say(first, count, [&](std::size_t, MutBytes room) {
      encode_acknowledgement({FrameType::session_ok, 0}, room.first(acknowledgement_size));
      return acknowledgement_size;
    });
  }

  // One message of each of these, which are devices number 0 and those after it.
  void speak(std::span<Up> all, Bytes text) {
    for (std::size_t first = 0; first < all.size(); first += batch) {
      const auto some = all.subspan(first, std::min(batch, all.size() - first));
      say(first, some.size(), [&](std::size_t i, MutBytes room) {
        const MutBytes frame = room.first(sealed_size(text.size()));
        const crypto::AesGcm key(some[i].key.reveal());
        seal(key, some[i].session, {.type = FrameType::data, .seq = some[i].seq++}, text, frame);
        return frame.size();
      });
    }
  }
  // So many messages of one, which is device number 0.
  void speak(Up& one, Bytes text, std::size_t count) {
    const crypto::AesGcm key(one.key.reveal());
    for (std::size_t said = 0; said < count; said += batch)
      say(0, std::min(batch, count - said), [&](std::size_t, MutBytes room) {
        const MutBytes frame = room.first(sealed_size(text.size()));
        seal(key, one.session, {.type = FrameType::data, .seq = one.seq++}, text, frame);
        return frame.size();
      });
  }

 private:
  static Endpoint address_of(std::size_t n) {
    return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, static_cast<std::uint8_t>(n >> 16),
                   static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)},
            .port = 9};
  }
  static std::size_t number_of(const Endpoint& at) {
    return std::size_t{at.ip[13]} << 16 | std::size_t{at.ip[14]} << 8 | at.ip[15];
  }
  static DeviceId id_of(std::size_t n) {
    return {
        2, 0, 0, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  }

  template <class Write> void say(std::size_t first, std::size_t count, Write write) {
    datagrams_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const MutBytes room = MutBytes(memory_).subspan(i * frame_size_max, frame_size_max);
      const std::size_t size = write(i, room);
      datagrams_.push_back({{address_of(first + i), {}, false}, room.first(size)});
    }
    table_.hear(datagrams_);
  }
  template <class Message, class Take> void answers(std::size_t first, Take take) {
    for (Datagram& one : table_.sent) {
      if (is_acknowledgement(one.bytes)) continue;
      take(number_of(one.path.peer) - first, *decode_handshake<Message>(*take_frame(one.bytes, Wires::v2)));
    }
  }

  std::size_t hello(std::size_t n, std::optional<Cookie> cookie, MutBytes room) const {
    const Hello hello{id_of(n), exchange_.client, cookie};
    encode_handshake(Wire::v2, cookie ? cookie_hello_seq : hello_seq, hello, room.first(frame_size_of_hello(hello)));
    return frame_size_of_hello(hello);
  }
  std::size_t hello_ack(std::size_t n, const Challenge& challenge, MutBytes room) {
    exchange_.nonce = challenge.nonce;
    exchange_.server = challenge.public_key;
    const HelloAck proof{Transcript::of_client(Wire::v2, exchange_, id_of(n)).mac(psk())};
    encode_handshake(Wire::v2, hello_ack_seq, proof, room.first(frame_size_of<HelloAck>));
    return frame_size_of<HelloAck>;
  }
  Keys keys(const Challenge& challenge) {
    exchange_.nonce = challenge.nonce;
    exchange_.server = challenge.public_key;
    return std::move(*agree(Wire::v2, private_key_, challenge.public_key, exchange_));
  }

  Table& table_;
  Secret<32> private_key_;
  Exchange exchange_;
  std::vector<Datagram> datagrams_;
  std::vector<std::uint8_t> memory_;
};

// What one side of a handshake has to compute: a key pair, the shared secret, the keys, and two macs.
double cryptography_alone(crypto::Random& random, std::size_t count) {
  Exchange exchange;
  crypto::x25519_public(Secret<32>(exchange.nonce), exchange.client);
  const double before = thread_cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) {
    Secret<32> private_key;
    random.fill(private_key.fill());
    crypto::x25519_public(private_key, exchange.server);
    const auto proof = Transcript::of_client(Wire::v2, exchange, {}).mac(psk());
    const auto keys = agree(Wire::v2, private_key, exchange.client, exchange);
    require(keys && Transcript::of_server(Wire::v2, exchange, {}).mac(psk()) != proof);
  }
  return thread_cpu_seconds() - before;
}

double resident_mb() {
  std::size_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(getpagesize()) / 1e6;
}

void run(std::size_t rounds, std::size_t sessions) {
  constexpr std::size_t active = 10'000, messages = 10 * active, alone = 500;
  const double empty = resident_mb();
  Table table(sessions);
  Devices devices(table);
  std::vector<Devices::Up> up;
  up.reserve(active);
  std::vector<double> handshake_us, alone_us, ratio;
  for (std::size_t round = 0, next = 0; round < rounds; ++round) {
    const std::size_t first = next, end = sessions * (round + 1) / rounds;
    const double before = table.spent;
    for (; next < end; next += std::min(batch, end - next))
      devices.connect(next, std::min(batch, end - next), next < active ? &up : nullptr);
    handshake_us.push_back((table.spent - before) / static_cast<double>(end - first) * 1e6);
    alone_us.push_back(cryptography_alone(table.random, alone) / alone * 1e6);
    ratio.push_back(handshake_us.back() / alone_us.back());
  }
  require(table.hub.sessions() == sessions);
  const double idle = resident_mb() - empty;

  const std::vector<std::uint8_t> text(100, 0x55);
  std::vector<double> one_us, many_us;
  up.resize(std::min(up.size(), active));
  const auto per_message = [&](auto speak) {
    const double before = table.spent;
    speak();
    return (table.spent - before) / static_cast<double>(messages) * 1e6;
  };
  for (std::size_t round = 0; round < rounds; ++round) {
    one_us.push_back(per_message([&] { devices.speak(up.front(), text, messages); }));
    many_us.push_back(per_message([&] {
      for (std::size_t said = 0; said < messages; said += up.size()) devices.speak(up, text);
    }));
  }
  require(table.messages == 2 * messages * rounds);
  const double busy = resident_mb() - empty;

  std::printf("| what | |\n|---|---|\n");
  std::printf("| sessions over UDP, all idle | %zu |\n", sessions);
  std::printf("| memory of the process for them, MB | %.1f |\n", idle);
  std::printf("| of that a session, bytes | %.0f |\n", idle * 1e6 / static_cast<double>(sessions));
  std::printf("| memory after %zu messages, MB | %.1f |\n", 2 * messages * rounds, busy);
  std::printf("| CPU µs a handshake, the server's | %s |\n", spread(handshake_us, 1).c_str());
  std::printf("| CPU µs of one side's cryptography alone | %s |\n", spread(alone_us, 1).c_str());
  std::printf("| the one divided by the other | %s |\n", spread(ratio, 2).c_str());
  std::printf("| CPU µs a message of 100 bytes, all from one session | %s |\n", spread(one_us, 2).c_str());
  std::printf("| CPU µs a message of 100 bytes, from %zu sessions in turn | %s |\n", active,
              spread(many_us, 2).c_str());
}

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5;
  const std::size_t sessions = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  tacit::bench::run(rounds, sessions);
}
