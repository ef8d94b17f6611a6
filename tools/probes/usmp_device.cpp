// What a program weighs that speaks USMP over TCP in the original's words.
#include "tacit/device/usmp.hpp"

#include "usmp_client.hpp"

namespace board {

device::UsmpTransport& transport();

}  // namespace board

namespace {

using namespace tacit;

Lasting<device::UsmpOverTcp> one;

}  // namespace

extern "C" {

bool probe(const Now* now) { return one.get().keepalive_tick(*now); }
void probe_begin() { one.begin(board::config(), board::psk(), memory.tables(), board::transport(), board::random()); }
bool probe_connect(const Now* now) { return one.get().connect(*now); }
bool probe_reconnect(const Now* now) { return one.get().reconnect(*now); }
void probe_close(const Now* now) { one.get().close(*now); }
bool probe_send(const std::uint8_t* bytes, std::size_t size, const Now* now) {
  return one.get().send({bytes, size}, *now).has_value();
}
std::size_t probe_recv(std::uint8_t* bytes, std::size_t size, const Now* now) {
  return one.get().recv({bytes, size}, *now).value_or(0);
}
}
