#pragma once
#include <cstddef>
#include <cstdint>

#include "tacit/crypto/crypto.hpp"

namespace tacit::bench {

// What was measured of one way over loopback: datagrams or messages a second, and CPU time of both ends for each.
struct Rate {
  double per_second = 0, cpu_us = 0;
  std::uint64_t lost = 0;
};

// What figures are held against: sockets without a protocol, a thread at each end. The sender stays no further ahead
// than the receiver's buffer is large.

// sendmmsg and recvmmsg, 64 datagrams a call: what a careful program does where the kernel cuts no runs.
Rate raw_udp(std::size_t datagram_size, std::uint64_t count);

// Runs that the kernel cuts and joins (UDP_SEGMENT, UDP_GRO), each of 64 datagrams sealed and opened as one batch, and
// nothing else: the limit of whoever seals each datagram with this cipher. `datagram_size` is a NoMQ packet's.
Rate bare_loop(crypto::PacketCipher& sender, crypto::PacketCipher& receiver, std::size_t datagram_size,
               std::uint64_t count);

}  // namespace tacit::bench
