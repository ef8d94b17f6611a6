// A hub that hears whatever anybody may say, over both transports, from strangers and from holders of a key, while its
// owner uses it. Each step of the input is a kind and its arguments. Tables are tiny, so that all of them get full.
//
// Asserted: what is offered is consumed, sends nothing that is not a frame or an acknowledgement, tells of a session
// its beginning, then its messages, then its end, ends every message that was sent exactly once, and comes to rest.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "fuzz/input.hpp"
#include "fuzz/seeded_random.hpp"
#include "tacit/usmp/hub.hpp"
#include "tests/support/usmp_device.hpp"

namespace {

using namespace tacit;
using namespace tacit::test;
using fuzz::Input;

constexpr usmp::HubSizes tiny{.sessions = 3,
                              .handshakes = 2,
                              .connections = 3,
                              .keys = 1,
                              .messages = 2,
                              .reassemblies = 1,
                              .origins = 5,
                              .records = 2,
                              .events = 2,
                              .answers = 2};
constexpr std::string_view key = "what everybody knows";

struct World {
  struct Stream {
    ConnectionId id;
    bool open = false;
    Buffer unread, written;
  };
  // A device, and the last that the hub said to it in clear.
  struct Known {
    UsmpDevice device;
    std::optional<usmp::Cookie> cookie;
    Buffer challenge;
  };

  explicit World(std::uint8_t options)
      : hub({.wire1 = (options & 1) != 0, .sessions_per_device = 2}, memory->tables(), random),
        answers_late((options & 2) != 0) {
    for (std::uint8_t i = 0; i < 3; ++i)
      devices.push_back({UsmpDevice(i, key, i == 2 ? usmp::Wire::v1 : usmp::Wire::v2), {}, {}});
  }

  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) {
    for (const Outbox::Run& run : full.runs())
      for_each_datagram(run.bytes, run.datagram_size,
                        [&](MutBytes one) { said(devices[run.path.peer.ip[15] % 3], buffer_of(one)); });
  }
  MutBytes room(ConnectionId id) { return streams[id.slot].open ? MutBytes(write_buffer) : MutBytes(); }
  void send(ConnectionId id, std::size_t size) {
    for (MutBytes rest = MutBytes(write_buffer).first(size); !rest.empty();) {
      const auto frame = usmp::take_frame(rest, usmp::Wires::both);
      require(frame.has_value());
      said(devices[id.slot], buffer_of(frame->bytes()));
      rest = rest.subspan(frame->bytes().size());
    }
  }
  void close(ConnectionId id) { streams[id.slot].open = false; }
  void said(Known& to, Buffer bytes) {
    if (usmp::is_acknowledgement(bytes)) return require(usmp::decode_acknowledgement(bytes).has_value());
    const auto frame = usmp::decode_datagram(bytes, usmp::Wires::both);
    require(frame.has_value());
    if (const auto retry = usmp::decode_handshake<usmp::HelloRetry>(*frame)) to.cookie = retry->cookie;
    if (usmp::decode_handshake<usmp::Challenge>(*frame)) to.challenge = bytes;
    if (usmp::decode_handshake<usmp::SessionOk>(*frame)) (void)to.device.take_session_ok(bytes);
  }
  void deliver(const usmp::HubEvent& event) {
    if (const auto* wanted = std::get_if<usmp::KeyWanted>(&event)) requests.push_back(wanted->request);
    if (!answers_late) answer();
    if (const auto* c = std::get_if<usmp::DeviceConnected>(&event))
      require(sessions.insert({c->session.slot, c->session.generation}).second);
    if (const auto* m = std::get_if<usmp::DeviceMessage>(&event)) {
      require(sessions.contains({m->session.slot, m->session.generation}));
      require(m->message.size() <= usmp::message_size_max);
    }
    if (const auto* o = std::get_if<usmp::DeviceOutcome>(&event)) require(open.erase(o->handle) == 1);
    if (const auto* d = std::get_if<usmp::DeviceDisconnected>(&event))
      require(sessions.erase({d->session.slot, d->session.generation}) == 1);
  }
  void answer() {
    const usmp::OfferedKey known{bytes_of(key), {}};
    for (const usmp::Request request : std::exchange(requests, {})) (void)hub.provide(request, {&known, 1}, true, now);
  }

  void hear(std::uint8_t who, Buffer bytes) {
    Endpoint from = usmp_address(who % 8);
    Datagram datagram{{.peer = from}, bytes};
    offer(hub, *this, {&datagram, 1}, now);
  }
  void hear(Stream& stream, const Buffer& bytes) {
    if (!stream.open) return;
    stream.unread.insert(stream.unread.end(), bytes.begin(), bytes.end());
    const auto consumed = static_cast<std::ptrdiff_t>(offer(hub, *this, stream.id, stream.unread, now));
    stream.unread.erase(stream.unread.begin(), stream.unread.begin() + consumed);
  }

  fuzz::SeededRandom random;
  std::unique_ptr<usmp::HubMemory<tiny>> memory = std::make_unique<usmp::HubMemory<tiny>>();
  usmp::Hub hub;
  Now now{Instant{1'000'000}, std::nullopt};
  bool answers_late;
  std::vector<Known> devices;
  std::array<Stream, 3> streams;
  std::vector<usmp::Request> requests;
  std::set<std::pair<std::uint32_t, std::uint32_t>> sessions;
  std::set<usmp::Handle> open;
  Buffer packet = Buffer(1024), write_buffer = Buffer(600);
  std::array<Outbox::Run, 2> runs;
  Outbox out{packet, runs};
};

// What a device says next, or something that it would not say.
Buffer words_of(World::Known& known, Input& input) {
  UsmpDevice& device = known.device;
  switch (input.byte() % 5) {
    case 0: return device.hello(known.cookie);
    case 1: return known.challenge.empty() ? device.hello() : device.hello_ack(known.challenge);
    case 2:
      return device.keys ? device.acknowledgement(static_cast<usmp::FrameType>(input.byte() % 12), input.byte() % 8)
                         : Buffer{0xAC, 0xAC, 4, 0, 0, 0, 0};
    case 3: {
      const auto type = static_cast<usmp::FrameType>(input.byte() % 13);
      const Bytes text = input.bytes(input.byte());
      if (!device.keys) return buffer_of(text);
      const std::uint8_t ahead = input.byte();
      return ahead < 200 ? device.seal(type, text) : device.seal(type, text, device.next_seq + ahead);
    }
    default: return buffer_of(input.bytes(input.byte()));
  }
}

void step(World& world, Input& input) {
  const std::uint8_t what = input.byte() % 10, who = input.byte();
  World::Known& known = world.devices[who % 3];
  World::Stream& stream = world.streams[who % 3];
  switch (what) {
    case 0:
    case 1:
    case 2: return world.hear(who, words_of(known, input));
    case 3:
    case 4: return world.hear(stream, words_of(known, input));
    case 5:
      if (stream.open) {
        stream.open = false;
        world.hub.closed(stream.id, world.now);
      } else {
        stream = {{who % 3u, stream.id.generation + 1}, true, {}, {}};
        stream.open = world.hub.accept(stream.id, usmp_address(who % 8), world.now);
        known.device.begin();
      }
      break;
    case 6:
      for (const auto& [slot, generation] : std::set(world.sessions))
        if (const auto handle = world.hub.send({slot, generation}, Buffer(std::size_t{who} * 8), world.now))
          require(world.open.insert(*handle).second);
      break;
    case 7: {
      world.now.tick = world.now.tick + Duration{std::int64_t{input.byte()} * 200'000};
      wake(world.hub, world, world.now);
      break;
    }
    case 8: world.answer(); break;
    default:
      if (who & 1) (void)world.hub.close_device(known.device.id, Reason::revoked, {}, world.now);
      else if (!world.sessions.empty()) {
        const usmp::SessionRef first{world.sessions.begin()->first, world.sessions.begin()->second};
        (void)(who & 2 ? world.hub.rekey(first, world.now) : world.hub.close(first, world.now));
      }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  World world(data[0]);
  Input input(data + 1, size - 1);
  while (!input.empty()) {
    step(world, input);
    drain(world.hub, world, world.now);
  }
  world.now.tick = world.now.tick + Duration{600'000'000};
  for (int i = 0; i < 8; ++i) {  // a timer may set another one
    wake(world.hub, world, world.now);
    drain(world.hub, world, world.now);
    world.now.tick = world.now.tick + Duration{20'000'000};
  }
  require(world.sessions.empty() && world.open.empty());
  require(world.hub.handshakes() == 0 && world.hub.sessions() == 0);
  return 0;
}
