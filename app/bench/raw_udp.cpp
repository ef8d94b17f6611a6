#include "app/bench/raw_udp.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <thread>

#include "app/bench/numbered.hpp"
#include "app/bench/raw_sockets.hpp"
#include "tacit/usmp/acknowledgement.hpp"

namespace tacit::app::bench {
namespace {

using linux_port::File;

bool allow_runs(const SocketPair& pair, std::size_t size) {
  const int on = 1, segment = static_cast<int>(size);
  return setsockopt(pair.one.fd(), SOL_UDP, UDP_SEGMENT, &segment, sizeof segment) == 0 &&
         setsockopt(pair.other.fd(), SOL_UDP, UDP_GRO, &on, sizeof on) == 0;
}

// A batch of datagrams in one call, each with a buffer of its own.
template <std::size_t Most> struct Messages {
  explicit Messages(MutBytes bytes, std::size_t size) : count(bytes.size() / size) {
    for (std::size_t i = 0; i < count; ++i) {
      buffers[i] = {bytes.data() + i * size, size};
      calls[i].msg_hdr.msg_iov = &buffers[i];
      calls[i].msg_hdr.msg_iovlen = 1;
    }
  }
  std::size_t count;
  std::array<iovec, Most> buffers;
  std::array<mmsghdr, Most> calls{};
};
using Batch = Messages<BareCipher::batch>;

// What the smallest receive buffer has room for, with what the kernel counts for each datagram.
constexpr std::uint64_t datagrams_ahead = 3 * BareCipher::batch;

RawWay by_datagrams(const SocketPair& pair) {
  return {.ahead_max = datagrams_ahead,
          .send =
              [&pair](MutBytes packets, std::size_t size) {
                Batch out(packets, size);
                for (std::size_t sent = 0; sent < out.count;) {
                  const int some =
                      sendmmsg(pair.one.fd(), &out.calls[sent], static_cast<unsigned>(out.count - sent), 0);
                  must(some > 0, "sendmmsg");
                  sent += static_cast<std::size_t>(some);
                }
              },
          .receive =
              [&pair](MutBytes room, std::size_t size) {
                Batch in(room, size);
                const int some = recvmmsg(pair.other.fd(), in.calls.data(), static_cast<unsigned>(in.count),
                                          MSG_WAITFORONE, nullptr);
                return room.first(some > 0 ? static_cast<std::size_t>(some) * size : 0);
              }};
}

RawWay by_runs(const SocketPair& pair) {
  return {.ahead_max = 16 * BareCipher::batch,  // a run is counted as little more than its bytes
          .send =
              [&pair](MutBytes packets, std::size_t size) {
                const std::size_t at_most = 65'507 / size * size;  // of one run
                while (!packets.empty()) {
                  const MutBytes run = packets.first(std::min(packets.size(), at_most));
                  must(send(pair.one.fd(), run.data(), run.size(), 0) == static_cast<ssize_t>(run.size()), "send");
                  packets = packets.subspan(run.size());
                }
              },
          .receive =
              [&pair](MutBytes room, std::size_t size) {
                const ssize_t bytes = recv(pair.other.fd(), room.data(), room.size(), 0);
                return room.first(bytes > 0 ? static_cast<std::size_t>(bytes) / size * size : 0);
              }};
}

RawWay singly(const File& from, const File& to) {
  return {.batch = 1,
          .send =
              [&from](MutBytes packet, std::size_t) {
                must(send(from.fd(), packet.data(), packet.size(), 0) == static_cast<ssize_t>(packet.size()), "send");
              },
          .receive =
              [&to](MutBytes room, std::size_t size) {
                const ssize_t bytes = recv(to.fd(), room.data(), room.size(), 0);
                return room.first(bytes == static_cast<ssize_t>(size) ? size : 0);
              }};
}

}  // namespace

bool kernel_cuts_runs() { return allow_runs(udp_pair(), 1000); }

Traffic raw_udp(Like like, std::size_t message, const RunLength& length) {
  const SocketPair pair = udp_pair();
  const auto nothing = bare_cipher(like, Seals::no);
  return run_raw(by_datagrams(pair), *nothing, *nothing, message, length);
}

Traffic bare_udp(Like like, std::size_t message, const RunLength& length) {
  const SocketPair pair = udp_pair();
  const auto sealer = bare_cipher(like, Seals::yes), opener = bare_cipher(like, Seals::yes);
  const bool runs = allow_runs(pair, sealer->size_of(message));
  return run_raw(runs ? by_runs(pair) : by_datagrams(pair), *sealer, *opener, message, length);
}

Traffic answered_udp(Like like, Seals seals, std::size_t message, std::size_t senders, const RunLength& length) {
  const auto sealer = bare_cipher(like, seals), opener = bare_cipher(like, seals);
  const std::size_t size = sealer->size_of(message);
  std::vector<SocketPair> pairs;
  std::vector<pollfd> asked, answered;
  for (std::size_t i = 0; i < senders; ++i) {
    pairs.push_back(udp_pair());
    answered.push_back({pairs[i].one.fd(), POLLIN, 0});
    asked.push_back({pairs[i].other.fd(), POLLIN, 0});
  }
  Tally tally(message, static_cast<std::uint32_t>(senders));
  std::atomic<bool> over = false;
  const Stopwatch watch;

  // Both ends do this: wait, unless there is but one, and then look at what has come.
  const auto each_ready = [](std::vector<pollfd>& waits, MutBytes room, auto then) {
    if (waits.size() > 1) (void)poll(waits.data(), waits.size(), 20);
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits.size() > 1 && waits[i].revents == 0) continue;
      const ssize_t came = recv(waits[i].fd, room.data(), room.size(), 0);
      if (came > 0) then(i, static_cast<std::size_t>(came));
    }
  };
  std::thread receiver([&] {
    std::vector<std::uint8_t> packet(size);
    const std::vector<std::uint8_t> answer(usmp::acknowledgement_size + usmp::acknowledgement_mac_size);
    while (!over)
      each_ready(asked, packet, [&](std::size_t i, std::size_t came) {
        if (came != size || !opener->open(packet, size)) return;
        tally.take(opener->message_in(packet, message));
        (void)!send(asked[i].fd, answer.data(), answer.size(), 0);
      });
  });

  std::vector<std::uint8_t> packet(size), answer(64);
  std::vector<Numbered> numbered;
  std::vector<std::uint32_t> next(senders);
  std::uint64_t sent = 0;
  const auto say = [&](std::size_t i) {
    copy(numbered[i].number(next[i]++), sealer->message_in(packet, message));
    sealer->seal(packet, size);
    ++sent;
    (void)!send(pairs[i].one.fd(), packet.data(), size, 0);
  };
  for (std::uint32_t i = 0; i < senders; ++i) numbered.emplace_back(message, i);
  for (std::size_t i = 0; i < senders; ++i) say(i);
  std::uint64_t ended = 0;
  while (ended < sent && watch.wall() < length.seconds + 1)
    each_ready(answered, answer, [&](std::size_t i, std::size_t) {
      ++ended;
      if (sent < length.messages && watch.wall() < length.seconds) say(i);
    });
  const Spent spent = watch.spent();
  over = true;
  (void)!send(pairs[0].one.fd(), answer.data(), 1, 0);  // wakes it
  receiver.join();
  return {spent, sent, tally.arrived(), tally.wrong()};
}

Latencies bare_exchange_udp(Like like, std::size_t message, const RunLength& length) {
  const SocketPair pair = udp_pair();
  const auto one = bare_cipher(like, Seals::yes), other = bare_cipher(like, Seals::yes);
  return exchange_raw(singly(pair.one, pair.other), singly(pair.other, pair.one), *one, *other, message, length);
}

}  // namespace tacit::app::bench
