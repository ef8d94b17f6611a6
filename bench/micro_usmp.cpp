#include <benchmark/benchmark.h>

#include <vector>

#include "tacit/usmp/receive_window.hpp"
#include "tacit/usmp/sealed.hpp"

// What the parts of USMP's frame path cost, each alone.
namespace tacit::bench {
namespace {

using namespace usmp;

constexpr Header data_header{.type = FrameType::data, .seq = 7};

crypto::AesGcm bench_key() { return crypto::AesGcm(bytes_of("a key that everybody may know. 1")); }

std::vector<std::uint8_t> frame_for(const benchmark::State& state) {
  return std::vector<std::uint8_t>(sealed_size(static_cast<std::size_t>(state.range(0))), 0x55);
}

// Header and checksum, and no cryptography.
void usmp_frame_encode(benchmark::State& state) {
  std::vector<std::uint8_t> frame = frame_for(state);
  for (auto _ : state) {
    encode_frame(data_header, frame);
    benchmark::DoNotOptimize(frame.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(usmp_frame_encode)->Arg(100)->Arg(452);

void usmp_frame_decode(benchmark::State& state) {
  std::vector<std::uint8_t> frame = frame_for(state);
  encode_frame(data_header, frame);
  for (auto _ : state) benchmark::DoNotOptimize(take_frame(frame, Wires::v2));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(usmp_frame_decode)->Arg(100)->Arg(452);

void usmp_frame_seal(benchmark::State& state) {
  const crypto::AesGcm key = bench_key();
  const std::vector<std::uint8_t> text(static_cast<std::size_t>(state.range(0)), 0x55);
  std::vector<std::uint8_t> frame = frame_for(state);
  for (auto _ : state) {
    seal(key, {}, data_header, text, frame);
    benchmark::DoNotOptimize(frame.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(usmp_frame_seal)->Arg(100)->Arg(452);

// With a copy of the frame, because opening it uses it up; the checksum is looked at first.
void usmp_frame_open(benchmark::State& state) {
  const crypto::AesGcm key = bench_key();
  const std::vector<std::uint8_t> text(static_cast<std::size_t>(state.range(0)), 0x55);
  std::vector<std::uint8_t> sealed = frame_for(state), frame = sealed;
  seal(key, {}, data_header, text, sealed);
  for (auto _ : state) {
    copy(sealed, frame);
    const auto taken = take_frame(frame, Wires::v2);
    if (!taken || !open(key, {}, *taken)) state.SkipWithError("a frame was refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(usmp_frame_open)->Arg(100)->Arg(452);

void usmp_receive_window(benchmark::State& state) {
  ReceiveWindow window;
  std::uint32_t seq = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(window.look(seq));
    window.mark(seq++);
    benchmark::DoNotOptimize(window);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(usmp_receive_window);

}  // namespace
}  // namespace tacit::bench
