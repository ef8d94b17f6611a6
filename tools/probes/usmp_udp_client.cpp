// What USMP weighs on a chip that is a client over UDP, every verb of it used.
#include "usmp_client.hpp"

namespace {

using namespace tacit;

Lasting<usmp::DatagramClient> client;

struct Radio {
  std::array<std::uint8_t, usmp::frame_size_max> frame;
  std::array<Outbox::Run, 1> run;
  Outbox out{frame, run};
  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) { board::send(full); }
  void deliver(const usmp::ClientEvent& event) { board::deliver(event); }
} radio;

}  // namespace

extern "C" {

bool probe(Datagram* datagram, const Now* now) {
  return (datagram ? offer(client.get(), radio, {datagram, 1}, *now) : wake(client.get(), radio, *now)).has_value();
}
void probe_begin() { client.begin(board::config(), board::psk(), board::server(), memory.tables(), board::random()); }
void probe_connect(const Now* now) { client.get().connect(*now); }
void probe_close(const Now* now) { client.get().close(*now); }
bool probe_send(const std::uint8_t* bytes, std::size_t size, const Now* now) {
  return client.get().send({bytes, size}, *now).has_value();
}
bool probe_ping(const Now* now) { return client.get().ping(*now).has_value(); }
bool probe_rekey(const Now* now) { return client.get().rekey(*now).has_value(); }
}
