#pragma once
#include "tacit/kit/salted_hash.hpp"
#include "tacit/usmp/hub_session.hpp"
#include "tacit/usmp/server_handshake.hpp"

namespace tacit::usmp {

struct Wanting {};  // the owner has not been asked for its keys yet

// One handshake of a hub: where it is and how long it may take. What is proven in it is ServerHandshake's.
//
//   stream:     await_hello --HELLO--> await_proof --HELLO_ACK--> await_delivery --SESSION_OK written--> a session
//   datagrams:   HELLO, its cookie --> await_proof --HELLO_ACK--> await_delivery --SESSION_OK acknowledged--> a session
//
// All zero until it begins, as all tables are.
struct Handshake : Timer, Link<>, Link<Wanting>, Link<Speaking> {
  enum class State : std::uint8_t { free, await_hello, await_proof, await_delivery };

  State state = State::free;
  Transport transport{};
  AddressTrust trust{};
  bool acknowledged = false;  // the frame that is on its way
  std::uint8_t transmissions = 0;
  std::uint16_t generation = 0;
  std::uint32_t slot = 0, address_hash = 0;
  Tick ends_at, retry_at, first_sent;
  Path path;
  ConnectionId connection;
  Origin* origin = nullptr;
  HubSession* session = nullptr;  // await_delivery
  std::optional<ServerHandshake> exchange;
  std::uint64_t spent = 0;  // the last exchange over datagrams that ended in this place; see is_spent()
  std::optional<RoundTrip> round_trip;
  Handshake* next_by_address = nullptr;

  Request request() const { return Request{slot << 16 | generation}; }
};

// All handshakes of a hub, datagrams' found by their address.
//
// Where all places are taken, or all that unproven addresses may have, one gives way that is drawn by lot among those
// that have proven no key: so it is hardly ever one that is nearly done, and who floods the hub displaces mostly
// himself.
class Handshakes {
 public:
  struct Tables {
    std::span<Handshake> pool;  // 65,536 at most
    std::span<Handshake*> address_buckets;
  };
  Handshakes(const Tables&, std::uint32_t salt);

  bool full(AddressTrust) const;
  // Who has to give way where full(); null where nobody can. `lot`: any 32 bits.
  Handshake* to_displace(AddressTrust, std::uint32_t lot);

  Handshake& add(const Path&, AddressTrust);  // datagrams; full() is false
  Handshake& add(ConnectionId, const Path&);  // a stream
  void free(Handshake&);                      // its origin and timer are given back

  Handshake* find(const Endpoint& peer) const { return by_address_.find({peer, salted_hash(salt_, peer)}); }
  Handshake* find(Request);
  // Whether an exchange with a client of this key and address has ended, as far as its place remembers. Every attempt
  // of a client has a key of its own, so such a HELLO is late, or somebody else repeats it. The address counts too: who
  // takes another's key for his own handshake spends it for himself.
  bool is_spent(const PublicKey&, const Endpoint& peer) const;
  // `each` may free the one that it is given.
  template <class Each> void for_each(Each each) {
    for (Handshake& one : pool_)
      if (one.state != Handshake::State::free) each(one);
  }
  std::size_t count() const { return count_; }

 private:
  struct ByAddress {
    using Key = PlaceKey;
    static Key key(const Handshake& h) { return {h.path.peer, h.address_hash}; }
    static std::size_t hash(const Key& key) { return key.hash; }
    static Handshake*& next(Handshake& h) { return h.next_by_address; }
  };

  Handshake& take(Handshake::State, Transport, AddressTrust);
  static std::uint64_t mark_of(const PublicKey&, std::uint32_t address_hash);

  std::span<Handshake> pool_;
  std::uint32_t salt_;
  List<Handshake> free_;
  std::size_t count_ = 0, unproven_ = 0;
  Index<Handshake, ByAddress> by_address_;
};

}  // namespace tacit::usmp
