// What a USMP server weighs on a chip: a hub for a few devices over UDP and TCP, every verb of it used. The crypto
// library, the radio and the owner are the board's.
#include "tacit/usmp/hub.hpp"

namespace board {

using namespace tacit;
crypto::Random& random();
void send(const Outbox&);
void deliver(const usmp::HubEvent&);
MutBytes room(ConnectionId);
void send(ConnectionId, std::size_t);
void close(ConnectionId);

}  // namespace board

// A chip's program has no end, so nothing is destroyed at it; but the compiler asks for this.
extern "C" {
void* __dso_handle = nullptr;
}

namespace {

using namespace tacit;

constinit usmp::HubMemory<usmp::HubSizes{}> memory;

struct Radio {
  std::array<std::uint8_t, usmp::frame_size_max> packet;
  std::array<Outbox::Run, 1> run;
  Outbox out{packet, run};
  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) { board::send(full); }
  void deliver(const usmp::HubEvent& event) { board::deliver(event); }
  MutBytes room(ConnectionId id) { return board::room(id); }
  void send(ConnectionId id, std::size_t size) { board::send(id, size); }
  void close(ConnectionId id) { board::close(id); }
} radio;

usmp::Hub& hub() {
  static usmp::Hub hub({}, memory.tables(), board::random());
  return hub;
}

}  // namespace

extern "C" {

bool probe(Datagram* datagram, const Now* now) {
  return (datagram ? offer(hub(), radio, {datagram, 1}, *now) : wake(hub(), radio, *now)).has_value();
}
std::size_t probe_stream(ConnectionId id, std::uint8_t* bytes, std::size_t size, const Now* now) {
  return offer(hub(), radio, id, {bytes, size}, *now);
}
bool probe_accept(ConnectionId id, const Endpoint* peer, const Now* now) { return hub().accept(id, *peer, *now); }
void probe_closed(ConnectionId id, const Now* now) { hub().closed(id, *now); }
bool probe_provide(usmp::Request request, const usmp::OfferedKey* keys, std::size_t count, const Now* now) {
  return hub().provide(request, {keys, count}, true, *now).has_value();
}
bool probe_send(usmp::SessionRef session, const std::uint8_t* bytes, std::size_t size, const Now* now) {
  return hub().send(session, {bytes, size}, *now).has_value();
}
bool probe_ping(usmp::SessionRef session, const Now* now) { return hub().ping(session, *now).has_value(); }
bool probe_rekey(usmp::SessionRef session, const Now* now) { return hub().rekey(session, *now).has_value(); }
bool probe_close(usmp::SessionRef session, const Now* now) { return hub().close(session, *now).has_value(); }
std::size_t probe_revoke(const usmp::DeviceId* device, const Now* now) {
  return hub().close_device(*device, Reason::revoked, {}, *now);
}
void probe_close_all(const Now* now) { hub().close_all(*now); }
}
