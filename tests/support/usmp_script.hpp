#pragma once
#include <memory>

#include "tacit/usmp/client.hpp"
#include "tests/support/usmp_side.hpp"

namespace tacit::test {

inline constexpr usmp::DeviceId some_device{0x00, 0x1A, 0x2B, 0x3C, 0x4D, 0x5E};
inline const usmp::Psk& some_psk() {
  static const usmp::Psk psk = *usmp::Psk::of(bytes_of("the key of a device, 32 bytes of"));
  return psk;
}
inline const usmp::Psk& other_psk() {
  static const usmp::Psk psk = *usmp::Psk::of(bytes_of("the key of another one, 32 bytes"));
  return psk;
}
inline Now now_ms(std::int64_t ms) { return {Instant{ms * 1000}, std::nullopt}; }

inline std::vector<usmp::Acknowledgement> acknowledgements(const Frames& said) {
  std::vector<usmp::Acknowledgement> all;
  for (const auto& one : said)
    if (usmp::is_acknowledgement(one)) all.push_back(*usmp::decode_acknowledgement(one));
  return all;
}

// A server that says only what a test makes it say. It knows how a handshake is computed, and nothing of a client's
// states.
class ScriptedServer {
 public:
  explicit ScriptedServer(usmp::Transport transport, usmp::Wire wire = usmp::Wire::v2)
      : transport_(transport), wire_(wire) {
    random_.fill(private_key_.fill());
    crypto::x25519_public(private_key_, exchange_.server);
    random_.fill(exchange_.nonce);
  }

  // What a client said in its HELLO or HELLO_ACK.
  usmp::Hello hear_hello(std::vector<std::uint8_t> frame) {
    const auto hello = *usmp::decode_handshake<usmp::Hello>(*usmp::decode_datagram(frame, usmp::only(wire_)));
    exchange_.client = hello.public_key;
    return hello;
  }
  bool proves(std::vector<std::uint8_t> frame) const {
    const auto proof = *usmp::decode_handshake<usmp::HelloAck>(*usmp::decode_datagram(frame, usmp::only(wire_)));
    return usmp::Transcript::of_client(wire_, exchange_, some_device).proves(some_psk(), proof.mac);
  }

  std::vector<std::uint8_t> hello_retry(std::uint8_t cookie = 0xC0) const {
    usmp::HelloRetry retry;
    retry.cookie.fill(cookie);
    return frame(retry);
  }
  std::vector<std::uint8_t> challenge() const { return frame(usmp::Challenge{exchange_.nonce, exchange_.server}); }
  std::vector<std::uint8_t> session_ok(const usmp::Psk& psk = some_psk()) const {
    return frame(usmp::SessionOk{some_session, usmp::Transcript::of_server(wire_, exchange_, some_session).mac(psk)});
  }
  // The session that follows.
  std::unique_ptr<Side> side() const {
    return std::make_unique<Side>(Side::Plan{.role = usmp::Role::server, .transport = transport_, .wire = wire_},
                                  std::move(*usmp::agree(wire_, private_key_, exchange_.client, exchange_)));
  }

  usmp::Exchange exchange_;

 private:
  template <class Message> std::vector<std::uint8_t> frame(const Message& message) const {
    std::vector<std::uint8_t> bytes(usmp::frame_size_of<Message>);
    usmp::encode_handshake(wire_, 0, message, bytes);
    return bytes;
  }

  usmp::Transport transport_;
  usmp::Wire wire_;
  CountingRandom random_{0x80};
  Secret<32> private_key_;
};

inline const Path server_path{.peer = {.ip = {1}, .port = 9000}, .local = {}};

// A client with memory, driven by a test over the transport that it is for, and what it told.
template <class C> class Caller {
 public:
  static constexpr bool datagrams = std::is_same_v<C, usmp::DatagramClient>;
  static constexpr usmp::Transport transport = datagrams ? usmp::Transport::datagrams : usmp::Transport::stream;

  explicit Caller(const usmp::ClientConfig& config = {}, const usmp::Psk& psk = some_psk())
      : client(make(config, psk)) {}

  static usmp::ClientConfig config(usmp::Wires wires = usmp::Wires::v2) {
    return {.device = some_device, .wires = wires};
  }

  Frames connect(std::int64_t ms) {
    client.connect(now_ms(ms));
    return open_stream(ms);
  }
  // A stream is there as soon as it is wanted.
  Frames open_stream(std::int64_t ms) {
    if constexpr (!datagrams) {
      if (client.wants_stream() && !stream_) {
        client.connected(now_ms(ms));
        stream_ = true;
      }
    }
    return say(ms);
  }
  void lose_stream(std::int64_t ms) {
    if constexpr (!datagrams) client.disconnected(now_ms(ms));
    stream_ = false;
    drain();
  }

  Frames say(std::int64_t ms) {
    drain();
    Frames said;
    if constexpr (datagrams) {
      std::array<std::uint8_t, 2048> memory;
      std::array<Outbox::Run, 8> runs;
      Outbox out(memory, runs);
      client.poll_transmit(out, now_ms(ms));
      for (const Outbox::Run& run : out.runs())
        for_each_datagram(run.bytes, run.datagram_size,
                          [&](MutBytes one) { said.emplace_back(one.begin(), one.end()); });
    } else {
      std::array<std::uint8_t, 4096> memory;
      MutBytes all = MutBytes(memory).first(client.poll_transmit(memory, now_ms(ms)));
      while (!all.empty()) {
        const std::size_t size = usmp::take_frame(all, usmp::Wires::both)->bytes().size();
        said.emplace_back(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
        all = all.subspan(size);
      }
    }
    drain();
    return said;
  }
  Frames hear(std::vector<std::uint8_t> bytes, std::int64_t ms, const Path& from = server_path) {
    drain();
    if constexpr (datagrams) {
      Datagram one{from, bytes};
      EXPECT_EQ(client.input({&one, 1}, now_ms(ms)), 1u);
    } else {
      EXPECT_EQ(client.input(bytes, now_ms(ms)), bytes.size());
    }
    return say(ms);
  }
  Frames hear_all(const Frames& all, std::int64_t ms) {
    Frames said;
    for (const auto& one : all)
      for (auto& answer : hear(one, ms)) said.push_back(std::move(answer));
    return said;
  }
  // Lets happen what is due until then; what it says on the way.
  Frames wait(std::int64_t& ms, std::int64_t until) {
    Frames said;
    for (; ms <= until; ++ms) {
      while (client.next_timeout() && *client.next_timeout() <= now_ms(ms).tick) {
        client.timeout(now_ms(ms));
        const Frames some = say(ms);
        said.insert(said.end(), some.begin(), some.end());
      }
    }
    return said;
  }

  // A whole handshake; the server's side of the session.
  std::unique_ptr<Side> shake_hands(ScriptedServer& server, std::int64_t ms, const Frames& hello) {
    server.hear_hello(hello.at(0));
    const Frames proof = hear(server.challenge(), ms);
    EXPECT_TRUE(server.proves(proof.back()));
    hear(server.session_ok(), ms);
    EXPECT_EQ(count<usmp::Connected>(), ++sessions_);
    return server.side();
  }

  template <class E> std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(events, [](const auto& event) { return std::holds_alternative<E>(event); }));
  }
  template <class E> const E& last() const {
    const E* found = nullptr;
    for (const auto& event : events)
      if (const E* one = std::get_if<E>(&event)) found = one;
    require(found != nullptr);
    return *found;
  }

  std::vector<usmp::ClientEvent> events;
  std::vector<std::string> heard;

 private:
  C make(const usmp::ClientConfig& config, const usmp::Psk& psk) {
    if constexpr (datagrams) return C(config, psk, server_path, memory_.tables(), random_);
    else return C(config, psk, memory_.tables(), random_);
  }
  void drain() {
    while (const auto event = client.poll_event()) {
      events.push_back(*event);
      if (const auto* message = std::get_if<usmp::Message>(&*event)) heard.emplace_back(text_of(message->message));
    }
  }

  usmp::ClientMemory<usmp::ClientSizes{.messages = 4, .message_bytes = usmp::message_size_max}> memory_;
  CountingRandom random_;
  bool stream_ = false;
  std::size_t sessions_ = 0;

 public:
  C client;
};

}  // namespace tacit::test
