#include <benchmark/benchmark.h>

#include <vector>

#include "tacit/kit/timers.hpp"
#include "tacit/kit/window.hpp"

// What machines are made of, each alone.
namespace tacit::bench {
namespace {

// A number that is new, looked at and then remembered.
template <std::uint32_t Size> void kit_window(benchmark::State& state) {
  Window<Size> window;
  std::uint32_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(window.look(++number));
    window.mark(number);
    benchmark::DoNotOptimize(window);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(kit_window<64>)->Name("kit_window/64");
BENCHMARK(kit_window<1024>)->Name("kit_window/1024");

// So many timers are set: one of them is put off, then the first that is due fires and is set again.
void kit_timers(benchmark::State& state) {
  const auto many = static_cast<std::uint32_t>(state.range(0));
  std::vector<DueTimer> memory(many);
  std::vector<Timer> pool(many);
  Timers timers(memory);
  std::uint32_t now = 0;
  for (Timer& timer : pool) timers.set(timer, Tick{++now});
  std::uint32_t any = 0;
  for (auto _ : state) {
    ++now;
    any = (any * 1'664'525 + 1'013'904'223);
    timers.set(pool[any % many], Tick{now + many});
    if (Timer* due = timers.pop_due(*timers.next())) timers.set(*due, Tick{now + many});
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(kit_timers)->Arg(1)->Arg(64)->Arg(4'096)->Arg(65'536);

}  // namespace
}  // namespace tacit::bench
