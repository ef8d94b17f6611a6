#pragma once
#include <optional>

#include "tacit/usmp/client.hpp"

// USMP for a program on a chip, in the words of the original's component: connect, send, recv, keepalive_tick,
// reconnect, over a transport of five functions that the board supplies. So a program written for that moves over by
// changing names. Underneath is the machine of usmp/client.hpp, and nothing here waits: what takes time goes on in
// keepalive_tick(), which a program calls in its loop.
//
//   device::UsmpOverTcp usmp(config, psk, memory.tables(), transport, random);
//   usmp.connect(now);
//   for (;;) {
//     if (usmp.keepalive_tick(now)) usmp.send(reading, now);
//     while (auto size = usmp.recv(buffer, now)) handle(buffer, *size);
//   }
namespace tacit::device {

// The board's side of a connection.
class UsmpTransport {
 public:
  // All of the bytes; false: the connection is gone. Over UDP they are one datagram.
  virtual bool send(Bytes) = 0;
  // What has arrived, as much as the buffer holds; nothing: the connection is gone. Over UDP it is one datagram. Only
  // called when available() is not 0.
  virtual std::optional<std::size_t> recv(MutBytes) = 0;
  virtual void close() = 0;
  // A new connection to the server; over UDP a socket. False: there is none. As long as it takes, the caller waits.
  virtual bool reconnect() = 0;
  virtual std::size_t available() = 0;  // bytes that have arrived; over UDP, of the first datagram

 protected:
  ~UsmpTransport() = default;
};

// Client is usmp::StreamClient or usmp::DatagramClient.
template <class Client> class Usmp {
 public:
  // Everything handed in outlives it. With `config.reconnect` keepalive_tick() connects again by itself, after pauses
  // that grow; without, the program says when, by reconnect().
  Usmp(const usmp::ClientConfig&, const usmp::Psk&, const usmp::ClientTables&, UsmpTransport&, crypto::Random&);

  // Begins; keepalive_tick() goes on with it. False: the board had no connection.
  bool connect(const Now&);
  // The next attempt begins now, unless one is under way or a session is there.
  bool reconnect(const Now& now) { return connect(now); }
  // Says goodbye, and stays away.
  void close(const Now&);

  // Copies the message. Gives not_connected, too_large, queue_full.
  Result<usmp::Handle> send(Bytes message, const Now&);
  // The size of the next message, which was written to `out`; nothing where there is none. `out` has room for the
  // longest message that the server sends; the end of a longer one is lost.
  std::optional<std::size_t> recv(MutBytes out, const Now&);
  // Reads and writes what there is to read and write, sends PINGs, repeats what was lost. True while a session is up.
  bool keepalive_tick(const Now&);

  bool is_connected() const { return client_.session() != nullptr; }
  // When keepalive_tick() has something to do even if nothing arrives; a chip may sleep until then.
  std::optional<Instant> next_timeout() const { return client_.next_timeout(); }
  // Why the last attempt or session ended, and how many messages were given up in all.
  const std::optional<usmp::Disconnected>& last_end() const { return last_end_; }
  std::uint32_t given_up() const { return given_up_; }
  Client& client() { return client_; }

  // --- What the loop of kit needs of a port ---

  MutBytes room() { return is_open_ ? MutBytes(leaving_) : MutBytes(); }
  void send(std::size_t size) { write(Bytes(leaving_).first(size)); }
  Outbox& outbox();
  void send(const Outbox&);
  void deliver(const usmp::ClientEvent&);

 private:
  bool wants_connection() const;
  void write(Bytes);
  void open_or_close(const Now&);
  bool read(const Now&);
  void lose(const Now&);

  Client client_;
  UsmpTransport& transport_;
  std::array<std::uint8_t, usmp::frame_size_max> arrived_, leaving_;
  std::array<Outbox::Run, 1> run_;
  Outbox outbox_{leaving_, run_};
  std::size_t filled_ = 0, consumed_ = 0;  // of `arrived_`; a stream's next frames begin behind what was consumed
  std::optional<Bytes> message_;           // waits for recv(), and until then nothing is read
  std::optional<usmp::Disconnected> last_end_;
  std::uint32_t given_up_ = 0;
  bool is_open_ = false, failed_ = false;
};

using UsmpOverTcp = Usmp<usmp::StreamClient>;
using UsmpOverUdp = Usmp<usmp::DatagramClient>;
extern template class Usmp<usmp::StreamClient>;
extern template class Usmp<usmp::DatagramClient>;

}  // namespace tacit::device
