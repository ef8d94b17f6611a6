#include "app/bench/usmp_crowd.hpp"

#include <algorithm>

#include "app/bench/cpu_time.hpp"
#include "app/bench/loopback.hpp"
#include "app/bench/usmp_server.hpp"
#include "tacit/base/require.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/handshake_messages.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::app::bench {
namespace {

using namespace usmp;
using namespace tacit::literals;

constexpr std::size_t outbox_size = 65'536;
constexpr Duration patience = 1_s;  // what is not there after so long a silence was lost

// A server's, but for how many there are; nobody comes over TCP.
HubSizes sizes_for(std::size_t devices) {
  HubSizes sizes = host::server_sizes;
  sizes.sessions = sizes.records = devices;
  sizes.origins = devices + sizes.handshakes;
  sizes.connections = 16;
  return sizes;
}

// As many devices at one address as there are; and a session does not end for want of words while others connect.
constexpr HubConfig config{.idle_after = 3600_s,
                           .limits = {.handshakes_per_origin = 65'535, .sessions_per_origin = 65'535}};

DeviceId id_of(std::size_t n) { return device_id(static_cast<std::uint32_t>(n)); }

}  // namespace

UsmpCrowdSockets::UsmpCrowdSockets()
    : at(loopback(0)), server({.at = at, .tcp = false, .offload = linux_port::Offload::off}) {
  at.port = server.port();
}

UsmpCrowd::UsmpCrowd(std::size_t devices, const UsmpCrowdSockets* sockets)
    : server_(sockets ? sockets->at : Endpoint{}), port_of_devices_(sockets ? sockets->devices.port() : 9),
      psk_(random_psk(random_)), memory_(sizes_for(devices)), hub_(config, memory_.tables(), random_),
      devices_(devices), said_memory_(crowd_batch * frame_size_max), sent_memory_(outbox_size),
      outbox_memory_(outbox_size), outbox_(outbox_memory_, runs_) {
  random_.fill(private_key_.fill());
  crypto::x25519_public(private_key_, exchange_.client);
}

void UsmpCrowd::connect(std::size_t count) {
  for (std::size_t end = connected_ + count; connected_ < end;) connect_batch(std::min(crowd_batch, end - connected_));
}

void UsmpCrowd::connect_batch(std::size_t count) {
  const std::size_t first = connected_;
  const auto hello = [&](std::size_t n, std::optional<Cookie> cookie, MutBytes room) {
    const Hello message{id_of(n), exchange_.client, cookie};
    const std::size_t size = frame_size_of_hello(message);
    encode_handshake(Wire::v2, cookie ? cookie_hello_seq : hello_seq, message, room.first(size));
    return size;
  };
  const auto say = [&](auto write_one) {
    write(first, count, write_one);
    hand_over();
  };
  std::array<Cookie, crowd_batch> cookies;
  std::array<Challenge, crowd_batch> challenges;
  say([&](std::size_t i, MutBytes room) { return hello(first + i, std::nullopt, room); });
  answers<HelloRetry>(first, [&](std::size_t i, const HelloRetry& retry) { cookies[i] = retry.cookie; });
  say([&](std::size_t i, MutBytes room) { return hello(first + i, cookies[i], room); });
  answers<Challenge>(first, [&](std::size_t i, const Challenge& challenge) { challenges[i] = challenge; });
  say([&](std::size_t i, MutBytes room) {
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
  say([&](std::size_t, MutBytes room) {
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

double UsmpCrowd::speak(const UsmpTalk& talk) {
  const double before = hub_cpu_s_;
  each_batch(talk, [&] { hand_over(); });
  return hub_cpu_s_ - before;
}

double UsmpCrowd::speak_through(UsmpCrowdSockets& sockets, const UsmpTalk& talk) {
  linux_port::HubDriver<Hub> driver(hub_, sockets.server, [this](const HubEvent& event) { port_.deliver(event); });
  double cpu_s = 0;
  each_batch(talk, [&] {
    sockets.devices.say(said_);
    const std::uint64_t wanted = messages_ + said_.size();
    const Instant end = linux_port::now().tick + patience;
    cpu_s += cpu_s_of([&] {
      while (messages_ < wanted && linux_port::now().tick < end && sockets.server.wait(patience)) driver.turn();
    });
    for (std::size_t acknowledged = 0; acknowledged < said_.size();) {
      const auto heard = sockets.devices.hear(patience);
      if (heard.empty()) break;
      acknowledged += static_cast<std::size_t>(
          std::ranges::count_if(heard, is_acknowledgement, [](const Datagram& one) { return Bytes(one.bytes); }));
    }
  });
  return cpu_s;
}

// What they say in turn, batch by batch, is in `said_` when it is dealt with.
template <class DealWith> void UsmpCrowd::each_batch(const UsmpTalk& talk, DealWith deal_with) {
  expected_ = talk.message;
  std::size_t next = 0;
  for (std::size_t said = 0; said < talk.messages; said += crowd_batch) {
    const std::size_t first = next;
    write(first, std::min(crowd_batch, talk.messages - said), [&](std::size_t i, MutBytes room) {
      const std::size_t n = (first + i) % talk.sessions;
      Device& device = devices_[n];
      const MutBytes frame = room.first(sealed_size(talk.message.size()));
      const crypto::AesGcm key(device.key.reveal());
      seal(key, device.session, {.type = FrameType::data, .seq = device.seq++}, talk.message, frame);
      said_[i].path.peer = address_of(n);
      return frame.size();
    });
    deal_with();
    next = (first + crowd_batch) % talk.sessions;
  }
}

// What devices from the first on say next, one datagram each.
template <class Write> void UsmpCrowd::write(std::size_t first, std::size_t count, Write write) {
  said_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const MutBytes room = MutBytes(said_memory_).subspan(i * frame_size_max, frame_size_max);
    said_[i].path = {.peer = address_of(first + i), .local = server_};
    said_[i].bytes = room.first(write(i, room));
  }
}

// The hub's answers are there until the next time.
void UsmpCrowd::hand_over() {
  sent_.clear();
  sent_used_ = 0;
  hub_cpu_s_ += cpu_s_of([&] { offer(hub_, port_, said_, linux_port::now()); });
}

template <class Message, class Take> void UsmpCrowd::answers(std::size_t first, Take take) {
  for (Datagram& one : sent_) {
    if (is_acknowledgement(one.bytes)) continue;
    take(crowd_number(one.path.peer) - first, *decode_handshake<Message>(*take_frame(one.bytes, Wires::v2)));
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
  if (const auto* said = std::get_if<DeviceMessage>(&event))
    ++(std::ranges::equal(said->message, crowd.expected_) ? crowd.messages_ : crowd.wrong_);
  if (const auto* wanted = std::get_if<KeyWanted>(&event)) {
    const OfferedKey key{crowd.psk_.reveal()};
    (void)crowd.hub_.provide(wanted->request, {&key, 1}, false, linux_port::now());
  }
}

double UsmpCrowd::cryptography_alone_s(std::size_t count) {
  Exchange exchange = exchange_;
  return cpu_s_of([&] {
    for (std::size_t i = 0; i < count; ++i) {
      Secret<32> private_key;
      random_.fill(private_key.fill());
      crypto::x25519_public(private_key, exchange.server);
      const auto proof = Transcript::of_client(Wire::v2, exchange, {}).mac(psk_);
      const auto agreed = agree(Wire::v2, private_key, exchange.client, exchange);
      require(agreed && Transcript::of_server(Wire::v2, exchange, {}).mac(psk_) != proof);
    }
  });
}

}  // namespace tacit::app::bench
