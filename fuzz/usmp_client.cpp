// A client that hears whatever a holder of its key may say, over UDP and over TCP, in any order and at any time, while
// its owner uses it. Each step of the input is a kind and what that needs.
//
// Asserted: it consumes no more than there is, ends every message that it took once and every session that it told of
// once, sends nothing but frames and acknowledgements, and comes to rest.
#include <algorithm>
#include <set>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/seeded_random.hpp"
#include "tacit/usmp/client.hpp"

namespace {

using namespace tacit;
using namespace tacit::usmp;
using fuzz::Input;
using fuzz::SeededRandom;

// What a server with the key would have made of what the client said last.
struct Server {
  Wire wire = Wire::v2;
  Exchange exchange;
  Secret<32> private_key;
  std::optional<Keys> keys;
  SessionId session{7};

  Server() {
    SeededRandom random;
    random.fill(private_key.fill());
    crypto::x25519_public(private_key, exchange.server);
  }
  void hear(std::vector<std::uint8_t> bytes) {
    const auto frame = take_frame(bytes, Wires::both);
    require(frame.has_value() || is_acknowledgement(bytes));
    if (!frame) return;
    if (const auto hello = decode_handshake<Hello>(*frame)) {
      wire = frame->header().wire;
      exchange.client = hello->public_key;
      if (auto agreed = agree(wire, private_key, exchange.client, exchange)) keys.emplace(std::move(*agreed));
    }
  }
};

const Psk psk = *Psk::of(bytes_of("a key that the fuzzer knows as well"));
constexpr Path server_path{.peer = {.ip = {1}, .port = 9000}, .local = {}};

template <class Client> struct World {
  Server server;
  SeededRandom random;
  ClientMemory<ClientSizes{.messages = 2, .message_bytes = 1000, .reassembly_bytes = 1000}> memory;
  Client client;
  Now now{Instant{1'000'000}, std::nullopt};
  std::set<Handle> open;
  bool is_connected = false;

  explicit World(const ClientConfig& config) : client(make(config)) {}
  Client make(const ClientConfig& config) {
    if constexpr (ConnectingMachine<Client>) return Client(config, psk, memory.tables(), random);
    else return Client(config, psk, server_path, memory.tables(), random);
  }

  std::array<std::uint8_t, 1024> leaving;
  std::array<Outbox::Run, 2> runs;
  Outbox out{leaving, runs};
  bool has_stream = false;

  Outbox& outbox() {
    out.clear();
    return out;
  }
  MutBytes room() { return has_stream ? MutBytes(leaving) : MutBytes(); }
  void send(std::size_t size) {
    for (MutBytes left = MutBytes(leaving).first(size); !left.empty();) {
      const auto frame = take_frame(left, Wires::both);
      require(frame.has_value());
      left = left.subspan(frame->bytes().size());
      server.hear({frame->bytes().begin(), frame->bytes().end()});
    }
  }
  void send(const Outbox& full) {
    for (const Outbox::Run& run : full.runs())
      for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes one) { server.hear({one.begin(), one.end()}); });
  }
  void deliver(const ClientEvent& event) {
    if (const auto* outcome = std::get_if<Outcome>(&event)) require(open.erase(outcome->handle) == 1);
    if (const auto* message = std::get_if<Message>(&event)) require(message->message.size() <= message_size_max);
    if (std::holds_alternative<Connected>(event)) require(!std::exchange(is_connected, true));
    if (std::holds_alternative<Disconnected>(event)) is_connected = false;
  }

  void settle() {
    if constexpr (ConnectingMachine<Client>) {
      for (int i = 0; i < 2; ++i) {
        (void)drain(client, *this, now);
        if (client.wants_stream() == has_stream) return;
        has_stream = !has_stream;
        if (has_stream) client.connected(now);
        else client.disconnected(now);
      }
    }
    (void)drain(client, *this, now);
  }
  void hear(std::vector<std::uint8_t> bytes) {
    if constexpr (ConnectingMachine<Client>) {
      if (has_stream) require(offer(client, *this, bytes, now) <= bytes.size());
    } else {
      Datagram datagram{server_path, bytes};
      (void)offer(client, *this, std::span<Datagram>(&datagram, 1), now);
    }
    settle();
  }
  template <class Handshake> void hear(const Handshake& message) {
    std::vector<std::uint8_t> frame(frame_size_of<Handshake>);
    encode_handshake(server.wire, 0, message, frame);
    hear(frame);
  }
  void hear_sealed(FrameType type, std::uint32_t seq, Bytes text) {
    if (!server.keys) return;
    std::vector<std::uint8_t> frame(sealed_size(text.size()));
    seal(crypto::AesGcm(server.keys->server_to_client.reveal()), server.session, {server.wire, type, seq}, text, frame);
    hear(frame);
  }
  void step(Input& input) {
    switch (input.byte() % 16) {
      case 0: client.connect(now); break;
      case 1: client.close(now); break;
      case 2:
        if (const auto handle = client.send(input.bytes(input.byte() * 4u), now)) require(open.insert(*handle).second);
        break;
      case 3: (void)client.ping(now); break;
      case 4: (void)client.rekey(now); break;
      case 5: hear(HelloRetry{}); break;
      case 6: hear(Challenge{server.exchange.nonce, server.exchange.server}); break;
      case 7:
        hear(SessionOk{server.session, Transcript::of_server(server.wire, server.exchange, server.session).mac(psk)});
        break;
      case 8:
      case 9:
      case 10: {
        const auto type = static_cast<FrameType>(5 + input.byte() % 8);
        const std::uint32_t seq = input.byte() > 250 ? 0xFFFF'FFFE + input.byte() % 2 : input.byte();
        hear_sealed(type, seq, input.bytes(std::min<std::size_t>(input.byte() * 2, fragment_size_max)));
        break;
      }
      case 11: {
        const Bytes raw = input.bytes(input.byte());
        hear(std::vector<std::uint8_t>(raw.begin(), raw.end()));
        break;
      }
      case 12: {
        if (!server.keys) break;
        std::vector<std::uint8_t> bytes(acknowledgement_size + acknowledgement_mac_size);
        const Acknowledgement what{static_cast<FrameType>(5 + input.byte() % 8), input.byte()};
        encode_acknowledgement(what, crypto::HmacSha256(server.keys->client_to_server.reveal()), bytes);
        hear(bytes);
        break;
      }
      case 13:
        if (has_stream && input.byte() % 2) {
          if constexpr (ConnectingMachine<Client>) {
            has_stream = false;
            client.disconnected(now);
          }
        }
        break;
      default: now.tick = now.tick + Duration{std::int64_t{input.byte()} * 100'000}; (void)wake(client, *this, now);
    }
    settle();
  }
  void run(Input input) {
    while (!input.empty()) step(input);
    client.close(now);
    for (int i = 0; i < 100 && !client.is_down(); ++i) {
      settle();
      now.tick = now.tick + Duration{5'000'000};
      (void)wake(client, *this, now);
    }
    settle();
    require(client.is_down() && open.empty() && !client.next_timeout());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::uint8_t options = input.byte();
  const ClientConfig config{.wires = options & 2   ? Wires::both
                                     : options & 4 ? Wires::v1
                                                   : Wires::v2,
                            .server_takes_rekey = (options & 8) != 0};
  if (options & 1) World<StreamClient>(config).run(input);
  else World<DatagramClient>(config).run(input);
  return 0;
}
