// A node that hears whatever a holder of its key may say, in any order and at any time, while its owner
// uses it. Each step of the input is a kind, a length and so many bytes. Tables are tiny, so that all of
// them get full.
//
// Asserted: the machine consumes what it said it has room for, ends every publish of QoS 1 and 2 at most
// once, sends nothing that is not a packet, and comes to rest.
#include <algorithm>
#include <set>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/open_cipher.hpp"
#include "fuzz/seeded_random.hpp"
#include "tacit/nomq/node.hpp"

namespace {

using namespace tacit;
using fuzz::Input;

constexpr nomq::Sizes tiny{.channels = 3,
                           .slots = 4,
                           .message_bytes = 64,
                           .peers = 3,
                           .interests = 4,
                           .debts = 5,
                           .retained = 3,
                           .retained_per_channel = 2,
                           .receipts = 2,
                           .sessions = 4,
                           .traces = 8,
                           .events = 2,
                           .answers = 2,
                           .batch = 2};
constexpr std::uint32_t start_s = 1'750'000'000;

struct World {
  explicit World(std::uint8_t options)
      : config{.profile = options & 1 ? nomq::Profile::legacy : nomq::Profile::v1,
               .epoch = options & 2 ? nomq::Epoch::automatic : nomq::Epoch::unix_1970,
               .across_restart = options & 4 ? nomq::AcrossRestart::at_most_once : nomq::AcrossRestart::at_least_once,
               .manual_acknowledgement = (options & 8) != 0,
               .legacy_retained_every = Duration{options & 16 ? 5'000'000 : 0}} {}

  nomq::Config config;
  fuzz::OpenCipher cipher;
  fuzz::SeededRandom random;
  nomq::Memory<tiny> memory;
  nomq::Node node{config, memory.tables(), cipher, random};
  Now now{Instant{1'000'000}, UnixTime{start_s, 0}};
  std::set<nomq::Handle> open;
  std::vector<nomq::Token> tokens;
  std::vector<std::uint8_t> packet = std::vector<std::uint8_t>(2048);
  std::array<Outbox::Run, 2> runs;
  Outbox out{packet, runs};

  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) {
    for (const Outbox::Run& run : full.runs())
      for_each_datagram(run.bytes, run.datagram_size, [](MutBytes one) { require(nomq::begin_open(one).has_value()); });
  }
  void deliver(const nomq::Event& event) {
    if (const auto* outcome = std::get_if<nomq::Outcome>(&event)) require(open.erase(outcome->handle) == 1);
    if (const auto* message = std::get_if<nomq::Message>(&event)) {
      require(message->payload.size() <= nomq::message_max);
      if (message->token != nomq::Token::none) tokens.push_back(message->token);
    }
  }
};

Path path_of(std::uint8_t who) {
  return {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, who}, 8890}, {}, who > 200};
}
constexpr std::array<std::string_view, 4> names{"a", "b", "c", "d"};

void hear_sealed(World& world, Input& input) {
  nomq::Header header;
  header.type = static_cast<nomq::PacketType>(input.byte() % 10);
  header.flags = input.byte();
  header.session = nomq::SessionId{input.byte() % 6u};
  if (header.session == nomq::SessionId{5}) header.session = world.node.session();
  header.id = nomq::PacketId{input.number()};
  header.ttl_s = static_cast<std::uint16_t>(input.byte() << 8 | input.byte());
  header.sent_at_s = world.now.utc->s + static_cast<std::uint32_t>(static_cast<std::int8_t>(input.byte())) / 4;
  if (const auto which = input.byte() % 6u; which < names.size()) header.channel = nomq::channel_id(names[which]);
  const Path from = path_of(input.byte());
  const Bytes body = input.bytes(input.byte());
  std::vector<std::uint8_t> bytes(nomq::sealed_size(body.size()));
  auto job = nomq::begin_seal(header, body, {}, bytes);
  world.cipher.seal({&job, 1});
  Datagram datagram{from, bytes};
  offer(world.node, world, {&datagram, 1}, world.now);
}

void hear_raw(World& world, Input& input) {
  const Path from = path_of(input.byte());
  const Bytes raw = input.bytes(input.byte());
  std::vector<std::uint8_t> bytes(raw.begin(), raw.end());
  Datagram datagram{from, bytes};
  offer(world.node, world, {&datagram, 1}, world.now);
}

void publish(World& world, Input& input) {
  nomq::Publication what;
  what.channel = nomq::channel_id(names[input.byte() % names.size()]);
  const auto flags = nomq::PublishFlags::of(input.byte());
  what.qos = flags.qos;
  what.retain = flags.retain;
  what.priority = flags.priority;
  what.ttl_s = input.byte();
  if (const std::uint8_t to = input.byte(); to < 8) what.to = path_of(to).peer;
  what.message = input.bytes(input.byte() % 80);
  if (const auto handle = world.node.publish(what, world.now); handle && what.qos != nomq::Qos::at_most_once)
    require(world.open.insert(*handle).second);
}

void step(World& world, Input& input) {
  switch (input.byte() % 10) {
    case 0:
    case 1:
    case 2: return hear_sealed(world, input);
    case 3: return hear_raw(world, input);
    case 4: return publish(world, input);
    case 5: (void)world.node.subscribe(names[input.byte() % names.size()], world.now); break;
    case 6: (void)world.node.unsubscribe(names[input.byte() % names.size()], world.now); break;
    case 7:
      for (const nomq::Token token : world.tokens) (void)world.node.accept(token);
      world.tokens.clear();
      break;
    case 8: {
      const Duration passed{static_cast<std::int64_t>(input.byte()) * 500'000};
      world.now.tick = world.now.tick + passed;
      world.now.utc->s += static_cast<std::uint32_t>(passed.us / 1'000'000);
      break;
    }
    case 9: (void)world.node.ping(path_of(input.byte()), world.now); break;
  }
  wake(world.node, world, world.now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  World world(data[0]);
  Input input(data + 1, size - 1);
  while (!input.empty()) {
    step(world, input);
    drain(world.node, world, world.now);
  }
  world.node.goodbye();
  drain(world.node, world, world.now);
  require(world.open.empty());  // every publish has had its end
  return 0;
}
