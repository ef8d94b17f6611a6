#include "tacit/usmp/handshakes.hpp"

#include <algorithm>

namespace tacit::usmp {

Handshakes::Handshakes(const Tables& tables, std::uint32_t salt)
    : pool_(tables.pool), salt_(salt), by_address_(tables.address_buckets) {
  require(pool_.size() <= 0x1'0000);
  std::uint32_t slot = 0;
  for (Handshake& one : pool_) {
    one.slot = slot++;
    one.kind = static_cast<std::uint8_t>(Alarm::handshake);
    free_.push_back(one);
  }
}

// Addresses that proved nothing get a quarter of the places: nobody else loses his to them.
bool Handshakes::full(AddressTrust trust) const {
  return free_.empty() || (trust == AddressTrust::forgeable && unproven_ >= (pool_.size() + 3) / 4);
}

Handshake* Handshakes::to_displace(AddressTrust trust, std::uint32_t lot) {
  for (std::size_t tries = 0; tries < pool_.size(); ++tries) {
    Handshake& one = pool_[(lot + tries) % pool_.size()];
    const bool waits = one.state == Handshake::State::await_hello || one.state == Handshake::State::await_proof;
    if (waits && (trust == AddressTrust::proven || one.trust == AddressTrust::forgeable)) return &one;
  }
  return nullptr;
}

Handshake& Handshakes::add(const Path& path, AddressTrust trust) {
  Handshake& one = take(Handshake::State::await_proof, Transport::datagrams, trust);
  one.path = path;
  one.address_hash = salted_hash(salt_, path.peer);
  by_address_.insert(one);
  return one;
}

Handshake& Handshakes::add(ConnectionId connection, const Path& path) {
  Handshake& one = take(Handshake::State::await_hello, Transport::stream, AddressTrust::proven);
  one.path = path;
  one.connection = connection;
  return one;
}

Handshake& Handshakes::take(Handshake::State state, Transport transport, AddressTrust trust) {
  require(!full(trust));
  Handshake& one = *free_.front();
  List<Handshake>::remove(one);
  ++count_;
  if (trust == AddressTrust::forgeable) ++unproven_;
  ++one.generation;
  one.state = state;
  one.transport = transport;
  one.trust = trust;
  one.acknowledged = false;
  one.transmissions = 0;
  one.session = nullptr;
  one.round_trip.emplace();
  return one;
}

void Handshakes::free(Handshake& one) {
  require(!one.set());
  if (one.transport == Transport::datagrams) by_address_.erase(one);
  if (one.trust == AddressTrust::forgeable) --unproven_;
  List<Handshake, Wanting>::remove(one);
  List<Handshake, Speaking>::remove(one);
  if (one.exchange && one.transport == Transport::datagrams)
    one.spent = mark_of(one.exchange->client_key(), one.address_hash);
  one.exchange.reset();  // what is secret in it is wiped
  one.state = Handshake::State::free;
  free_.push_back(one);
  --count_;
}

bool Handshakes::is_spent(const PublicKey& key, const Endpoint& peer) const {
  const std::uint64_t mark = mark_of(key, salted_hash(salt_, peer));
  return std::ranges::any_of(pool_, [mark](const Handshake& one) { return one.spent == mark; });
}

// Enough to know a random key by. The hash is salted, so nobody makes a mark that is another's.
std::uint64_t Handshakes::mark_of(const PublicKey& key, std::uint32_t address_hash) {
  std::uint64_t front;
  std::memcpy(&front, key.data(), sizeof(front));
  return front ^ (std::uint64_t{address_hash} << 32 | address_hash);
}

Handshake* Handshakes::find(Request request) {
  const auto number = static_cast<std::uint32_t>(request);
  if (number >> 16 >= pool_.size()) return nullptr;
  Handshake& one = pool_[number >> 16];
  const bool same = one.state != Handshake::State::free && one.request() == request;
  return same ? &one : nullptr;
}

}  // namespace tacit::usmp
