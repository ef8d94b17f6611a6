#include "app/bench/usmp_crowd.hpp"

#include "app/bench/cpu_time.hpp"
#include "app/bench/usmp_server.hpp"
#include "tacit/base/require.hpp"
#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/handshake_messages.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::app::bench {
namespace {

using namespace usmp;

constexpr std::size_t outbox_size = 65'536;

HubSizes sizes_for(std::size_t devices) {
  return {.sessions = devices,
          .handshakes = 512,
          .connections = 16,
          .keys = 4096,
          .messages = 1024,
          .reassemblies = 256,
          .origins = devices + 512,
          .records = devices,
          .events = 256,
          .answers = 256};
}

// 10.x.y.z, and back.
Endpoint address_of(std::size_t n) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, static_cast<std::uint8_t>(n >> 16),
                 static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)},
          .port = 9};
}
std::size_t number_of(const Endpoint& at) {
  return std::size_t{at.ip[13]} << 16 | std::size_t{at.ip[14]} << 8 | at.ip[15];
}

DeviceId id_of(std::size_t n) { return device_id(static_cast<std::uint32_t>(n)); }

}  // namespace

UsmpCrowd::UsmpCrowd(std::size_t devices)
    : psk_(random_psk(random_)), memory_(sizes_for(devices)),
      hub_({.limits = {.handshakes_per_origin = 65'535, .sessions_per_origin = 65'535}}, memory_.tables(), random_),
      devices_(devices), said_memory_(batch * frame_size_max), sent_memory_(outbox_size), outbox_memory_(outbox_size),
      outbox_(outbox_memory_, runs_) {
  random_.fill(private_key_.fill());
  crypto::x25519_public(private_key_, exchange_.client);
}

void UsmpCrowd::connect(std::size_t count) {
  for (std::size_t end = connected_ + count; connected_ < end;) connect_batch(std::min(batch, end - connected_));
}

void UsmpCrowd::connect_batch(std::size_t count) {
  const std::size_t first = connected_;
  const auto hello = [&](std::size_t n, std::optional<Cookie> cookie, MutBytes room) {
    const Hello message{id_of(n), exchange_.client, cookie};
    const std::size_t size = frame_size_of_hello(message);
    encode_handshake(Wire::v2, cookie ? cookie_hello_seq : hello_seq, message, room.first(size));
    return size;
  };
  std::array<Cookie, batch> cookies;
  std::array<Challenge, batch> challenges;
  say(first, count, [&](std::size_t i, MutBytes room) { return hello(first + i, std::nullopt, room); });
  answers<HelloRetry>(first, [&](std::size_t i, const HelloRetry& retry) { cookies[i] = retry.cookie; });
  say(first, count, [&](std::size_t i, MutBytes room) { return hello(first + i, cookies[i], room); });
  answers<Challenge>(first, [&](std::size_t i, const Challenge& challenge) { challenges[i] = challenge; });
  say(first, count, [&](std::size_t i, MutBytes room) {
    exchange_.nonce = challenges[i].nonce;
    exchange_.server = challenges[i].public_key;
    const HelloAck proof{Transcript::of_client(Wire::v2, exchange_, id_of(first + i)).mac(psk_)};
    encode_handshake(Wire::v2, hello_ack_seq, proof, room.first(frame_size_of<HelloAck>));
    return frame_size_of<HelloAck>;
  });
  answers<SessionOk>(first, [&](std::size_t i, const SessionOk& ok) {
    devices_[first + i].session = ok.session;
    devices_[first + i].key = std::move(keys(challenges[i]).client_to_server);
  });
  say(first, count, [&](std::size_t, MutBytes room) {
    encode_acknowledgement({FrameType::session_ok, 0}, room.first(acknowledgement_size));
    return acknowledgement_size;
  });
  connected_ += count;
}

Keys UsmpCrowd::keys(const Challenge& challenge) {
  exchange_.nonce = challenge.nonce;
  exchange_.server = challenge.public_key;
  return std::move(*agree(Wire::v2, private_key_, challenge.public_key, exchange_));
}

void UsmpCrowd::speak(std::size_t sessions, std::size_t messages, Bytes message) {
  std::size_t next = 0;
  for (std::size_t said = 0; said < messages; said += batch) {
    const std::size_t first = next;
    say(first, std::min(batch, messages - said), [&](std::size_t i, MutBytes room) {
      Device& device = devices_[(first + i) % sessions];
      const MutBytes frame = room.first(sealed_size(message.size()));
      const crypto::AesGcm key(device.key.reveal());
      seal(key, device.session, {.type = FrameType::data, .seq = device.seq++}, message, frame);
      said_[i].path.peer = address_of((first + i) % sessions);
      return frame.size();
    });
    next = (first + batch) % sessions;
  }
}

// What they say is handed to the hub; its answers are there until the next time.
template <class Write> void UsmpCrowd::say(std::size_t first, std::size_t count, Write write) {
  said_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const MutBytes room = MutBytes(said_memory_).subspan(i * frame_size_max, frame_size_max);
    said_[i].path = {address_of(first + i), {}, false};
    said_[i].bytes = room.first(write(i, room));
  }
  sent_.clear();
  sent_used_ = 0;
  now_.tick.us += 10;
  const double before = seconds_on(CLOCK_THREAD_CPUTIME_ID);
  offer(hub_, port_, said_, now_);
  hub_cpu_s_ += seconds_on(CLOCK_THREAD_CPUTIME_ID) - before;
}

template <class Message, class Take> void UsmpCrowd::answers(std::size_t first, Take take) {
  for (Datagram& one : sent_) {
    if (is_acknowledgement(one.bytes)) continue;
    take(number_of(one.path.peer) - first, *decode_handshake<Message>(*take_frame(one.bytes, Wires::v2)));
  }
}

Outbox& UsmpCrowd::Port::outbox() {
  crowd.outbox_.clear();
  return crowd.outbox_;
}

void UsmpCrowd::Port::send(const Outbox& out) {
  for (const Outbox::Run& run : out.runs())
    for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes one) {
      const MutBytes kept = MutBytes(crowd.sent_memory_).subspan(crowd.sent_used_, one.size());
      copy(Bytes(one), kept);
      crowd.sent_used_ += one.size();
      crowd.sent_.push_back({run.path, kept});
    });
}

void UsmpCrowd::Port::deliver(const HubEvent& event) {
  crowd.messages_ += std::holds_alternative<DeviceMessage>(event);
  if (const auto* wanted = std::get_if<KeyWanted>(&event)) {
    const OfferedKey key{crowd.psk_.reveal()};
    (void)crowd.hub_.provide(wanted->request, {&key, 1}, false, crowd.now_);
  }
}

double UsmpCrowd::cryptography_alone_s(std::size_t count) {
  Exchange exchange = exchange_;
  const double before = seconds_on(CLOCK_THREAD_CPUTIME_ID);
  for (std::size_t i = 0; i < count; ++i) {
    Secret<32> private_key;
    random_.fill(private_key.fill());
    crypto::x25519_public(private_key, exchange.server);
    const auto proof = Transcript::of_client(Wire::v2, exchange, {}).mac(psk_);
    const auto agreed = agree(Wire::v2, private_key, exchange.client, exchange);
    require(agreed && Transcript::of_server(Wire::v2, exchange, {}).mac(psk_) != proof);
  }
  return seconds_on(CLOCK_THREAD_CPUTIME_ID) - before;
}

}  // namespace tacit::app::bench
