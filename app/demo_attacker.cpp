// Part of `./dev demo`: what somebody without the key can do on a network. It hears a message on its way to the group
// and sends it twice more: as it was, and with one bit changed.
//
// usage: tacit_demo_attacker PORT CHANNEL      the group's port, on the loopback interface
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/nomq/packet.hpp"
#include "tacit/port/linux/clock.hpp"
#include "tacit/port/linux/lan_sockets.hpp"

namespace {

using namespace tacit;
using namespace tacit::literals;

constexpr Duration patience = 20_s;
constexpr std::size_t in_the_ciphertext = 80;

// A message of QoS 0: a repeat of another is harmless, because it is only acknowledged again.
bool wanted(Bytes packet, const nomq::ChannelId& channel) {
  if (packet.size() < wire::size_of<nomq::Header>) return false;
  const auto header = wire::decode<nomq::Header>(packet.first(wire::size_of<nomq::Header>));
  return header && header->type == nomq::PacketType::publish && header->channel == channel &&
         nomq::PublishFlags::of(header->flags).qos == nomq::Qos::at_most_once;
}

std::vector<std::uint8_t> overhear(linux_port::LanSockets& sockets, const nomq::ChannelId& channel) {
  const Instant until = linux_port::now().tick + patience;
  while (linux_port::now().tick < until) {
    (void)sockets.wait(100_ms);
    sockets.look();
    for (auto in = sockets.receive(); !in.empty(); in = sockets.receive())
      for (const Datagram& datagram : in)
        if (wanted(datagram.bytes, channel)) return {datagram.bytes.begin(), datagram.bytes.end()};
    sockets.set_alarm(std::nullopt);
  }
  return {};
}

void send_to_group(linux_port::LanSockets& sockets, Bytes packet) {
  Outbox& out = sockets.outbox();
  copy(packet, out.add({.to_group = true}, packet.size()));
  sockets.send(out);
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc == 3 ? std::atoi(argv[1]) : 0;
  if (port < 1 || port > 65'535) return std::fputs("usage: tacit_demo_attacker PORT CHANNEL\n", stderr), 2;

  crypto::HostRandom random;
  linux_port::LanSockets sockets({.group = {static_cast<std::uint16_t>(port), {}}, .own = {}, .interfaces = {"lo"}},
                                 random);
  std::puts("listening");
  std::fflush(stdout);
  std::vector<std::uint8_t> packet = overhear(sockets, nomq::channel_id(argv[2]));
  if (packet.empty()) return std::fputs("nothing was overheard\n", stderr), 1;
  send_to_group(sockets, packet);
  packet[in_the_ciphertext] ^= 0x01;
  send_to_group(sockets, packet);
  std::printf("overheard %zu bytes, and sent them again: as they were, and with one bit changed\n", packet.size());
}
