#pragma once
#include "tacit/base/bytes.hpp"
#include "tacit/port/linux/file.hpp"

namespace tacit::linux_port {

// One connected TCP socket, which never waits. What it received and the owner did not consume yet, and what the peer
// did not take at once, lie in memory that the owner lends; an idle connection touches neither. Less than a frame must
// not be left to the kernel: a few bytes there can hold as much of its buffer as came with them, so that the rest of
// the frame finds none.
//
// Made for a poller that tells changes (EPOLLET): after each one flush(), then receive() and consume() while there may
// be more.
class TcpStream {
 public:
  struct Memory {
    MutBytes received, unsent;  // more than the longest frame
  };

  TcpStream() = default;
  // A socket that is connected and does not block. The memory outlives the stream.
  TcpStream(File, const Memory&);

  bool open() const { return file_.valid(); }
  int fd() const { return file_.fd(); }

  // What was written waits for the peer. Until it has left nothing can be written, and nothing should be read.
  bool choked() const { return waiting_ > 0; }
  // Nothing will come any more, and all that came whole was consumed; or the connection is broken.
  bool ended() const { return ended_; }
  bool broken() const { return error_ != 0; }  // it ended, and not by the peer's saying so
  int error() const { return error_; }         // an errno: how it broke

  // What the poller says of the peer: it will write no more (EPOLLRDHUP, EPOLLHUP), or it is gone (EPOLLERR).
  void peer_is_through() { through_ = true; }

  // What is there, from the first byte that was not consumed: in `buffer`, which is as large as the memory for what was
  // received. Empty where nothing is new, and while choked.
  MutBytes receive(MutBytes buffer);
  // So much of what receive() gave just now is done with. True: call receive() again, because there may be more.
  bool consume(std::size_t size);

  // Not while choked, and at most as much as the memory for what is unsent. After the end it is lost.
  void send(Bytes);
  // Sends what waits. True: all has left.
  bool flush();

  // Closes; an end that the peer takes for one: what it wrote and nobody read is not answered by a reset, which could
  // take from it what we sent last. What still waits is lost.
  void close();
  void reset();  // at once, and the peer is told that it broke

 private:
  std::size_t read(MutBytes);
  std::size_t pass(Bytes);
  void fail(int error);

  File file_;
  Memory memory_;
  MutBytes offered_;                      // by the last receive()
  std::uint32_t kept_ = 0;                // of memory_.received: what was not consumed
  std::uint32_t sent_ = 0, waiting_ = 0;  // of memory_.unsent: what has left, and what follows it
  bool kept_is_part_ = false;             // less than a frame
  bool last_ = false;                     // nothing will come any more
  bool through_ = false, ended_ = false;
  int error_ = 0;
};

}  // namespace tacit::linux_port
