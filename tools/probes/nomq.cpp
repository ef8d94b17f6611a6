// What all of NoMQ weighs on a chip: a node with the limits of `board_sizes.hpp`, every verb of it used. The
// cipher and the radio are the board's.
#include "board_sizes.hpp"
#include "tacit/nomq/node.hpp"

namespace board {

using namespace tacit;
crypto::PacketCipher& cipher();
crypto::Random& random();
void send(const Outbox&);
void deliver(const nomq::Event&);

}  // namespace board

namespace {

using namespace tacit;

constinit nomq::Memory<board_sizes> memory;

struct Radio {
  std::array<std::uint8_t, nomq::sealed_size(16 + board_sizes.message_bytes)>
      packet;  // and no channel's name is longer
  std::array<Outbox::Run, 1> run;
  Outbox out{packet, run};
  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) { board::send(full); }
  void deliver(const nomq::Event& event) { board::deliver(event); }
} radio;

nomq::Node& node() {
  static nomq::Node node({}, memory.tables(), board::cipher(), board::random());
  return node;
}

}  // namespace

extern "C" {

bool probe(Datagram* datagram, const Now* now) {
  return (datagram ? offer(node(), radio, {datagram, 1}, *now) : wake(node(), radio, *now)).has_value();
}
bool probe_subscribe(const char* name, std::size_t size, const Now* now) {
  return node().subscribe({name, size}, *now).has_value();
}
bool probe_unsubscribe(const char* name, std::size_t size, const Now* now) {
  return node().unsubscribe({name, size}, *now).has_value();
}
bool probe_publish(const nomq::Publication* what, const Now* now) { return node().publish(*what, *now).has_value(); }
bool probe_accept(nomq::Token token) { return node().accept(token).has_value(); }
bool probe_ping(const Path* path, const Now* now) { return node().ping(*path, *now).has_value(); }
void probe_goodbye() { node().goodbye(); }
}
