#pragma once
#include <new>

#include "tacit/usmp/client.hpp"

// What is the board's, and what is the same over both transports.
namespace board {

using namespace tacit;
crypto::Random& random();
const usmp::ClientConfig& config();
const usmp::Psk& psk();
const Path& server();
void send(const Outbox&);
void send(Bytes);
void deliver(const usmp::ClientEvent&);

}  // namespace board

// With BearSSL on a chip, a session and both of its keys, raw and expanded.
static_assert(sizeof(tacit::usmp::Session) + 2 * sizeof(tacit::usmp::KeyCache::Entry) < 1024);

inline constinit tacit::usmp::ClientMemory<tacit::usmp::ClientSizes{}> memory;

// Room for a client that lasts as long as its chip.
template <class Client> struct Lasting {
  alignas(Client) std::array<std::uint8_t, sizeof(Client)> room;
  template <class... Argument> void begin(Argument&&... argument) { new (room.data()) Client(argument...); }
  Client& get() { return *std::launder(reinterpret_cast<Client*>(room.data())); }
};
