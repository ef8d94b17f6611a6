#include "app/bench/raw_run.hpp"

#include <atomic>
#include <thread>

#include "app/bench/numbered.hpp"
#include "app/bench/pace.hpp"

namespace tacit::app::bench {

Traffic run_raw(const RawWay& way, BareCipher& sealer, BareCipher& opener, std::size_t message,
                const RunLength& length) {
  const std::size_t size = sealer.size_of(message);
  std::vector<std::uint8_t> in(way.batch * size), out(way.batch * size);
  Credit credit(way.ahead_max);
  Tally tally(message, 1);
  std::atomic<std::uint64_t> all{UINT64_MAX};  // to be sent, once that is known
  const Stopwatch watch;
  double latest = 0;

  std::thread receiver([&] {
    for (std::uint64_t count = 0; count < all;) {
      const MutBytes packets = way.receive(in, size);
      if (packets.empty()) break;
      if (opener.open(packets, size))
        for (MutBytes rest = packets; !rest.empty(); rest = rest.subspan(size))
          tally.take(opener.message_in(rest.first(size), message));
      latest = watch.wall();
      credit.tell(count += packets.size() / size);
    }
    credit.close();
  });
  Numbered numbered(message);
  std::uint64_t sent = 0;
  for (bool over = false; !over && credit.wait_until_near(sent);) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(way.batch, length.messages - sent));
    const MutBytes packets = MutBytes(out).first(count * size);
    for (MutBytes rest = packets; !rest.empty(); rest = rest.subspan(size))
      copy(numbered.number(static_cast<std::uint32_t>(sent++)), sealer.message_in(rest.first(size), message));
    sealer.seal(packets, size);
    over = sent >= length.messages || watch.wall() >= length.seconds;
    if (over) all = sent;  // before the last batch leaves, or the receiver might wait for more
    way.send(packets, size);
  }
  receiver.join();
  Spent spent = watch.spent();
  spent.wall = latest;  // it may have waited for what was lost
  return {spent, sent, tally.arrived(), tally.wrong()};
}

Latencies exchange_raw(const RawWay& there, const RawWay& back, BareCipher& one, BareCipher& other, std::size_t message,
                       const RunLength& length) {
  const std::size_t size = one.size_of(message);
  std::atomic<bool> over = false;
  std::thread echo([&] {
    std::vector<std::uint8_t> room(size);
    while (!over) {
      const MutBytes packet = there.receive(room, size);
      if (packet.empty() || !other.open(packet, size)) continue;
      other.seal(packet, size);
      back.send(packet, size);
    }
  });
  Latencies latencies;
  std::vector<std::uint8_t> packet(size);
  Numbered numbered(message);
  const Stopwatch watch;
  for (std::uint32_t n = 0; latencies.count() < length.messages && watch.wall() < length.seconds; ++n) {
    const double start = watch.wall();
    copy(numbered.number(n), one.message_in(packet, message));
    one.seal(packet, size);
    there.send(packet, size);
    const MutBytes answer = back.receive(packet, size);
    if (!answer.empty() && one.open(answer, size)) latencies.add(watch.wall() - start);
  }
  over = true;
  there.send(packet, size);  // wakes it
  echo.join();
  return latencies;
}

}  // namespace tacit::app::bench
