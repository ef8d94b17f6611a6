// What USMP weighs on a chip that is a client over TCP, every verb of it used.
#include "usmp_client.hpp"

namespace {

using namespace tacit;

Lasting<usmp::StreamClient> client;

struct Radio {
  std::array<std::uint8_t, usmp::frame_size_max> frame;
  MutBytes room() { return frame; }
  void send(std::size_t size) { board::send(Bytes(frame).first(size)); }
  void deliver(const usmp::ClientEvent& event) { board::deliver(event); }
} radio;

}  // namespace

extern "C" {

std::size_t probe(std::uint8_t* bytes, std::size_t size, const Now* now) {
  if (bytes) return offer(client.get(), radio, MutBytes(bytes, size), *now);
  return wake(client.get(), radio, *now).has_value();
}
void probe_begin() { client.begin(board::config(), board::psk(), memory.tables(), board::random()); }
void probe_connect(const Now* now) { client.get().connect(*now); }
bool probe_stream(bool there, const Now* now) {
  if (there) client.get().connected(*now);
  else client.get().disconnected(*now);
  return client.get().wants_stream();
}
void probe_close(const Now* now) { client.get().close(*now); }
bool probe_send(const std::uint8_t* bytes, std::size_t size, const Now* now) {
  return client.get().send({bytes, size}, *now).has_value();
}
bool probe_ping(const Now* now) { return client.get().ping(*now).has_value(); }
bool probe_rekey(const Now* now) { return client.get().rekey(*now).has_value(); }
}
