// A link that hears whatever the broker may say, on any topic, while its owner publishes and its client writes, fails
// and gives back, and its clocks go and are put. Each step of the input is a kind and what that needs.
//
// Asserted: it tells of what it was given room for, delivers no packet twice and none of its own, has one outcome for
// each message, and comes to rest.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/seeded_random.hpp"
#include "tacit/e2e/link.hpp"

namespace {

using namespace tacit;
using namespace tacit::e2e;
using fuzz::Input;

struct Side {
  explicit Side(std::uint64_t seed) : random(seed), link({}, memory.tables(), Key(), random) {
    require(link.hear("#") && link.speak("#"));
  }
  Memory<Sizes{.slots = 3, .message_bytes = 64, .outcomes = 6, .seen = 4, .topics = 2, .events = 2}> memory;
  fuzz::SeededRandom random;
  e2e::Link link;
};

struct World {
  Side side{1}, peer{2};
  Now now{{1'000'000}, UnixTime{1'763'990'438, 0}};
  std::set<std::uint32_t> owed, leaving;
  std::vector<std::vector<std::uint8_t>> packets;  // of both
  std::vector<std::uint8_t> out = std::vector<std::uint8_t>(side.link.leaving_size_max());
  std::size_t messages = 0, from_peer = 0;

  void hear(std::string topic, std::vector<std::uint8_t> payload, bool may_repeat) {
    if (!side.link.input({.topic = topic, .payload = payload, .may_repeat = may_repeat}, now)) {
      drain();
      require(side.link.input({.topic = topic, .payload = payload, .may_repeat = may_repeat}, now));
    }
    drain();
  }
  void drain() {
    while (const auto event = side.link.poll_event()) {
      if (const auto* outcome = std::get_if<Outcome>(&*event)) {
        require(owed.erase(static_cast<std::uint32_t>(outcome->handle)) == 1);
        leaving.erase(static_cast<std::uint32_t>(outcome->handle));
      }
      if (std::holds_alternative<Message>(*event)) require(++messages <= from_peer);
    }
  }
  std::string topic(Input& input) {
    std::string topic(side.link.base());
    return topic + "/" + std::string(text_of(input.bytes(input.byte() % 16)));
  }

  void step(Input& input) {
    switch (input.byte() % 10) {
      case 0: return hear(topic(input), {}, false);
      case 1: {
        const Bytes payload = input.bytes(input.byte());
        return hear(topic(input), {payload.begin(), payload.end()}, true);
      }
      case 2: {
        const auto handle = side.link.publish({.topic = "a",
                                               .message = input.bytes(input.byte() % 80),
                                               .priority = static_cast<std::uint8_t>(input.byte() % 18),
                                               .lifetime = Duration{input.byte() * 1'000'000}},
                                              now);
        if (handle) require(owed.insert(static_cast<std::uint32_t>(*handle)).second);
        return drain();
      }
      case 3:
        if (const auto next = side.link.next(out, now)) {
          require(owed.contains(static_cast<std::uint32_t>(next->handle)));
          require(leaving.insert(static_cast<std::uint32_t>(next->handle)).second);
          packets.emplace_back(next->packet.begin(), next->packet.end());
        }
        return drain();
      case 4: {
        if (leaving.empty()) return;
        const Handle handle{*leaving.begin()};
        leaving.erase(leaving.begin());
        const std::uint8_t how = input.byte() % 4;
        if (how == 0) side.link.settle(handle);
        if (how == 1) side.link.fail(handle, Reason::send_failed);
        if (how == 2) side.link.give_back(handle);
        if (how == 3) {
          leaving.clear();
          side.link.give_back_all();
        }
        return drain();
      }
      case 5: {  // the peer says something
        if (peer.link.publish({.topic = "b", .message = input.bytes(4)}, now))
          if (const auto next = peer.link.next(out, now)) {
            packets.emplace_back(next->packet.begin(), next->packet.end());
            ++from_peer;
            peer.link.settle(next->handle);
          }
        while (peer.link.poll_event()) {}
        return;
      }
      case 6: {  // what somebody said, as it was or a little different
        if (packets.empty()) return;
        auto packet = packets[input.byte() % packets.size()];
        if (const std::uint8_t bit = input.byte(); bit < 128)
          packet[bit % packet.size()] ^= static_cast<std::uint8_t>(1 << bit % 8);
        return hear(topic(input), packet, false);
      }
      case 7: now.tick = now.tick + Duration{input.byte() * 100'000}; return;
      case 8: now.utc = UnixTime{1'763'990'438u + input.byte(), 0}; return;
      case 9: side.link.timeout(now); return drain();
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  Input input(data, size);
  while (!input.empty()) world.step(input);
  world.side.link.close();
  world.drain();
  require(world.owed.empty() && world.side.link.waiting() == 0 && !world.side.link.next_timeout());
  return 0;
}
