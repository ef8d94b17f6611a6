#include "bench/bare_udp.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "bench/measure.hpp"
#include "bench/pacer.hpp"
#include "tacit/base/require.hpp"
#include "tacit/port/linux/clock.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::bench {
namespace {

constexpr std::size_t batch = 64, run_bytes_max = 65'507;
constexpr std::size_t header_size = 53, iv_size = 16, mac_size = 32;  // of a NoMQ packet

struct Sockets {
  linux_port::File in{socket(AF_INET, SOCK_DGRAM, 0)}, out{socket(AF_INET, SOCK_DGRAM, 0)};

  Sockets() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    socklen_t length = sizeof at;
    const timeval patience{0, 200'000};
    const int buffer = 4 << 20;
    require(in.valid() && out.valid() && bind(in.fd(), address, sizeof at) == 0 &&
            getsockname(in.fd(), address, &length) == 0 && connect(out.fd(), address, sizeof at) == 0 &&
            setsockopt(in.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    (void)setsockopt(in.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  }
};

// Both ends until all has come or nothing comes any more. `send` sends so many at once, `receive` says how many came.
template <class Send, class Receive> Rate run(std::uint64_t count, std::size_t at_once, Send send, Receive receive) {
  count = (count + at_once - 1) / at_once * at_once;
  Pacer pacer;
  const double cpu = cpu_seconds();
  const Instant start = linux_port::now().tick;
  std::thread receiver([&] {
    for (std::uint64_t all = 0; all < count;) {
      const std::size_t some = receive();
      if (some == 0) break;
      pacer.tell(all += some);
    }
    pacer.close();
  });
  for (std::uint64_t sent = 0; sent < count && pacer.wait_until_near(sent); sent += at_once) send();
  receiver.join();
  const double took = static_cast<double>((linux_port::now().tick - start).us) / 1e6;
  const auto arrived = static_cast<double>(pacer.told());
  return {arrived / took, (cpu_seconds() - cpu) / arrived * 1e6, count - std::min(count, pacer.told())};
}

}  // namespace

Rate raw_udp(std::size_t datagram_size, std::uint64_t count) {
  const Sockets sockets;
  struct Side {
    explicit Side(std::size_t size) : memory(batch * size), buffers(batch), messages(batch) {
      for (std::size_t i = 0; i < batch; ++i) {
        buffers[i] = {memory.data() + i * size, size};
        messages[i].msg_hdr.msg_iov = &buffers[i];
        messages[i].msg_hdr.msg_iovlen = 1;
      }
    }
    std::vector<std::uint8_t> memory;
    std::vector<iovec> buffers;
    std::vector<mmsghdr> messages;
  } sender(datagram_size), receiver(datagram_size);
  return run(
      count, batch, [&] { require(sendmmsg(sockets.out.fd(), sender.messages.data(), batch, 0) == batch); },
      [&]() -> std::size_t {
        const int some = recvmmsg(sockets.in.fd(), receiver.messages.data(), batch, MSG_WAITFORONE, nullptr);
        return some > 0 ? static_cast<std::size_t>(some) : 0;
      });
}

Rate bare_loop(crypto::PacketCipher& sender, crypto::PacketCipher& receiver, std::size_t datagram_size,
               std::uint64_t count) {
  const Sockets sockets;
  const int on = 1, size = static_cast<int>(datagram_size);
  require(setsockopt(sockets.out.fd(), SOL_UDP, UDP_SEGMENT, &size, sizeof size) == 0 &&
          setsockopt(sockets.in.fd(), SOL_UDP, UDP_GRO, &on, sizeof on) == 0);
  const auto per_run = std::min(batch, run_bytes_max / datagram_size);

  std::vector<std::uint8_t> out(per_run * datagram_size), in(65'536);
  std::vector<crypto::SealJob> seals(per_run);
  std::vector<crypto::OpenJob> opens(batch);
  const auto parts = [&](std::span<std::uint8_t> run, std::size_t i) {
    const MutBytes one = run.subspan(i * datagram_size, datagram_size);
    const MutBytes authenticated = one.first(datagram_size - mac_size);
    return crypto::SealJob{authenticated, one.subspan(header_size, iv_size),
                           authenticated.subspan(header_size + iv_size), one.last(mac_size)};
  };
  const auto seal_and_send = [&] {
    for (std::size_t i = 0; i < per_run; ++i) seals[i] = parts(out, i);
    sender.seal(seals);
    require(send(sockets.out.fd(), out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
  };
  const auto receive_and_open = [&]() -> std::size_t {
    const ssize_t bytes = recv(sockets.in.fd(), in.data(), in.size(), 0);
    if (bytes <= 0) return 0;
    const std::size_t some = static_cast<std::size_t>(bytes) / datagram_size;
    for (std::size_t i = 0; i < some; ++i) {
      const crypto::SealJob of = parts(in, i);
      opens[i] = {of.authenticated, of.iv, of.text, of.mac};
    }
    receiver.open(std::span(opens).first(some));
    for (std::size_t i = 0; i < some; ++i) require(opens[i].authentic);
    return some;
  };
  return run(count, per_run, seal_and_send, receive_and_open);
}

}  // namespace tacit::bench
