#include <benchmark/benchmark.h>

#include <vector>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/e2e/envelope.hpp"
#include "tacit/e2e/tables.hpp"

// What mqtt-e2e's envelope costs, and its memory of what it has seen.
namespace tacit::bench {
namespace {

using namespace e2e;

constexpr std::int64_t begin_ns = 1'800'000'000'000'000'000;

struct SeenMemory {
  explicit SeenMemory(std::size_t packets) : pool(packets), oldest(packets), buckets(buckets_for(packets)) {}
  Seen::Tables tables() { return {pool, oldest, buckets}; }

  std::vector<Seen::Packet> pool;
  std::vector<Seen::Packet*> oldest, buckets;
};

struct Party {
  crypto::HostRandom random;
  SeenMemory memory{4096};
  Envelope envelope{Key(bytes_of("everybody knows.")), {}, memory.tables(), random};
};

// A packet every 10 ms, so that the memory keeps what one of that age keeps: about 3,000.
PacketTime time_of_packet(std::int64_t n) { return PacketTime(begin_ns + n * 10'000'000); }

void e2e_envelope_seal(benchmark::State& state) {
  Party sender;
  const std::vector<std::uint8_t> message(static_cast<std::size_t>(state.range(0)), 0x55);
  std::vector<std::uint8_t> packet(sender.envelope.packet_size(message.size()));
  std::int64_t n = 0;
  for (auto _ : state)
    if (!sender.envelope.seal("topic", message, time_of_packet(++n), packet)) state.SkipWithError("not sealed");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(e2e_envelope_seal)->Arg(100)->Arg(1000);

void e2e_envelope_seal_and_open(benchmark::State& state) {
  Party sender, receiver;
  const std::vector<std::uint8_t> message(static_cast<std::size_t>(state.range(0)), 0x55);
  std::vector<std::uint8_t> packet(sender.envelope.packet_size(message.size()));
  std::int64_t n = 0;
  for (auto _ : state) {
    const PacketTime now = time_of_packet(++n);
    if (!sender.envelope.seal("topic", message, now, packet) || !receiver.envelope.open("topic", packet, now))
      state.SkipWithError("a packet was refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(e2e_envelope_seal_and_open)->Arg(100)->Arg(1000);

// A packet that is new, looked for and then remembered, in a memory of so many that is full.
void e2e_seen(benchmark::State& state) {
  SeenMemory memory(static_cast<std::size_t>(state.range(0)));
  Seen seen(memory.tables());
  std::uint64_t ns = begin_ns;
  for (auto _ : state) {
    Iv iv{};
    ns += 1000;
    for (std::size_t i = 0; i < 8; ++i) iv[i] = static_cast<std::uint8_t>(ns >> (56 - 8 * i));
    const auto random = static_cast<std::uint32_t>(ns * 2'654'435'761u);
    std::memcpy(iv.data() + 8, &random, sizeof random);
    benchmark::DoNotOptimize(seen.look(iv));
    seen.remember(iv, false, e2e::time_of(iv), Duration{15'000'000});
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(e2e_seen)->Arg(64)->Arg(4'096)->Arg(65'536);

}  // namespace
}  // namespace tacit::bench
