#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/nomq/channels.hpp"
#include "tacit/nomq/packet.hpp"
#include "tacit/nomq/replay.hpp"
#include "tacit/nomq/tables.hpp"

// What the parts of NoMQ's packet path cost, each alone.
namespace tacit::bench {
namespace {

using namespace nomq;

constexpr std::size_t batch = 64;

void nomq_header_encode(benchmark::State& state) {
  std::array<std::uint8_t, wire::size_of<Header>> bytes;
  Header header{.type = PacketType::publish, .id = PacketId{1}, .session = SessionId{2}, .body_size = 144};
  for (auto _ : state) {
    benchmark::DoNotOptimize(header);
    wire::encode(header, bytes);
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(nomq_header_encode);

void nomq_header_decode(benchmark::State& state) {
  std::array<std::uint8_t, wire::size_of<Header>> bytes;
  wire::encode(Header{.type = PacketType::publish, .id = PacketId{1}, .session = SessionId{2}}, bytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(bytes);
    benchmark::DoNotOptimize(wire::decode<Header>(bytes));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(nomq_header_decode);

// 64 packets in one piece of memory, as an outbox or a receive buffer has them.
class Packets {
 public:
  explicit Packets(std::size_t message) : message_(message, 0x55), bytes_(batch * size()) {}

  std::size_t size() const { return sealed_size(message_.size()); }
  MutBytes packet(std::size_t n) { return MutBytes(bytes_).subspan(n * size(), size()); }
  MutBytes bytes() { return bytes_; }

  void seal() {
    std::array<crypto::SealJob, batch> jobs;
    std::array<crypto::Iv, batch> ivs;
    random_.fill({ivs.front().data(), sizeof ivs});
    for (std::size_t n = 0; n < batch; ++n) {
      const Header header{.type = PacketType::publish, .id = PacketId{++id_}, .iv = ivs[n], .sent_at_s = now.now_s};
      jobs[n] = begin_seal(header, {}, message_, packet(n));
    }
    cipher_.seal(jobs);
  }
  std::size_t open() {
    std::array<crypto::OpenJob, batch> jobs;
    std::size_t opened = 0;
    for (std::size_t n = 0; n < batch; ++n) jobs[n] = *begin_open(packet(n));
    cipher_.open(jobs);
    for (const crypto::OpenJob& job : jobs) opened += finish_open(job, now).has_value() ? 1 : 0;
    return opened;
  }

 private:
  static constexpr Clock now{1'800'000'000, Epoch::unix_1970};

  crypto::HostRandom random_;
  crypto::CbcHmac cipher_{Secret<32>(bytes_of("a key that everybody may know. 1")),
                          Secret<32>(bytes_of("a key that everybody may know. 2"))};
  std::vector<std::uint8_t> message_, bytes_;
  std::uint32_t id_ = 0;
};

void nomq_packet_seal(benchmark::State& state) {
  Packets packets(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    packets.seal();
    benchmark::DoNotOptimize(packets.bytes().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}
BENCHMARK(nomq_packet_seal)->Arg(100)->Arg(1000);

// With a copy of the packet, because opening it uses it up.
void nomq_packet_open(benchmark::State& state) {
  Packets packets(static_cast<std::size_t>(state.range(0)));
  packets.seal();
  const std::vector<std::uint8_t> sealed(packets.bytes().begin(), packets.bytes().end());
  for (auto _ : state) {
    copy(sealed, packets.bytes());
    if (packets.open() != batch) state.SkipWithError("a packet was refused");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}
BENCHMARK(nomq_packet_open)->Arg(100)->Arg(1000);

// From the id in a packet to the subscription, each channel in turn.
void nomq_channel_find(benchmark::State& state) {
  const auto many = static_cast<std::size_t>(state.range(0));
  std::vector<Channel> pool(many);
  std::vector<Channel*> buckets(buckets_for(many)), own(many);
  std::vector<Interest> interests(1);
  std::vector<Interest*> interest_buckets(1);
  Channels channels(pool, buckets, own, interests, interest_buckets);
  std::vector<std::string> names;
  std::vector<ChannelId> ids;
  for (std::size_t i = 0; i < many; ++i) names.push_back("channel/" + std::to_string(i));
  for (const std::string& name : names) {
    require(channels.subscribe(name, 0).has_value());
    ids.push_back(channel_id(name));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(channels.subscribed(ids[next]));
    if (++next == many) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(nomq_channel_find)->Arg(1)->Arg(100)->Arg(10'000);

// A message that is new, from each of so many sessions in turn: looked for, then remembered.
void nomq_replay_memory(benchmark::State& state) {
  const auto many = static_cast<std::uint32_t>(state.range(0));
  std::vector<Replay::Sessions::Entry> sessions(buckets_for(2 * many));
  std::vector<Replay::Traces::Entry> traces(16);
  Replay replay(sessions, traces);
  Header header{.type = PacketType::publish, .flags = PublishFlags{Qos::at_least_once, false, true, 0}.bits()};
  std::uint32_t who = 0, id = 1;
  for (auto _ : state) {
    header.session = SessionId{(who + 1) * 2'654'435'761u};
    header.id = PacketId{id};
    benchmark::DoNotOptimize(replay.look(header, true, 0, Tick{1}));
    replay.remember(header, true, 0, Tick{1});
    if (++who == many) who = 0, ++id;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(nomq_replay_memory)->Arg(1)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace tacit::bench
