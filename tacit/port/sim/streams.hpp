#pragma once
#include <deque>
#include <memory>

#include "tacit/port/sim/network.hpp"

namespace tacit::sim {

// One direction of a stream: bytes arrive in order and whole, in other pieces than they were written, and late.
class Pipe {
 public:
  void write(Bytes bytes, Instant now, Random& random, unsigned delay_ms_max);
  // What has arrived by now and was not read yet is put behind `unread`.
  void read(std::vector<std::uint8_t>& unread, Instant now);
  std::optional<Instant> next() const;
  std::size_t flying() const { return flying_; }

 private:
  struct Piece {
    Instant arrives;
    std::vector<std::uint8_t> bytes;
  };
  std::deque<Piece> pieces_;
  std::size_t flying_ = 0;
};

// A connection. Each end says when it is over for it; what it wrote before still arrives, unless it breaks.
struct Line {
  Endpoint client;
  Pipe to_server, to_client;
  bool client_closed = false, server_closed = false, broken = false;
};

// The connections to one server, on the clock of a network: what a network's air is to datagrams, its test is to them.
class Streams {
 public:
  Streams(Network& network, std::uint64_t seed) : network_(network), random_(seed) {}

  unsigned delay_ms_max = 1;
  std::size_t window = 2000;  // bytes that fly in one direction; who is not read from writes no further
  bool reachable = true;

  // Null where nobody answers.
  std::shared_ptr<Line> connect(const Endpoint& client);
  std::shared_ptr<Line> take_arrival();  // for the server
  bool has_arrival() const { return !arrivals_.empty(); }
  void break_one();

  void write(Pipe& pipe, Bytes bytes) { pipe.write(bytes, network_.now(), random_, delay_ms_max); }

 private:
  Network& network_;
  Random random_;
  std::deque<std::shared_ptr<Line>> arrivals_;
  std::vector<std::weak_ptr<Line>> lines_;
};

}  // namespace tacit::sim
