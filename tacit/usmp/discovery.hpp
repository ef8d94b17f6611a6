#pragma once
#include <algorithm>
#include <array>

#include "tacit/kit/allowance.hpp"
#include "tacit/kit/machine.hpp"
#include "tacit/kit/ring.hpp"
#include "tacit/usmp/frame.hpp"
#include "tacit/wire/layout.hpp"

// Finding servers on a LAN, specification section 11. Who looks sends a query to everybody, and servers that are told
// to be found answer. It proves nothing, to nobody: the handshake does. All integers little-endian.
//
//   query    | "USM?" version zeros | id | zeros |                                  64 bytes
//            |   4       1      5   |  8 |  46   |
//   answer   | "USM!" version wires tcp port udp port | id | size | name |          19 to 43 bytes
//            |   4       1      1      2        2     |  8 |  1   | 0-24 |
namespace tacit::usmp {

inline constexpr std::uint16_t default_port = 9000;
inline constexpr std::size_t query_size = 64, server_name_max = 24, answer_size_max = 19 + server_name_max;
static_assert(answer_size_max <= query_size, "nobody is hit with more bytes than somebody spent");

// Random, and a new one for each query that is sent: an answer with it is the answer to that, and no guess.
using QueryId = std::array<std::uint8_t, 8>;

struct Query {
  QueryId id{};
};
void encode(const Query&, std::span<std::uint8_t, query_size> out);
// Gives truncated, bad_length, bad_magic, bad_version; bad_body where zeros should be.
Result<Query> decode_query(Bytes datagram);

// What a server is called: UTF-8, at most 24 bytes. Others choose it, so print it with care.
class ServerName {
 public:
  // The whole characters that fit. Gives bad_utf8.
  static Result<ServerName> cut(std::string_view);
  ServerName() = default;

  std::string_view text() const { return text_of(Bytes(text_).first(size_)); }

 private:
  std::array<std::uint8_t, server_name_max> text_{};
  std::uint8_t size_ = 0;
};

struct Answer {
  QueryId id{};  // the query's
  Wires wires = Wires::v2;
  std::uint16_t tcp_port = 0, udp_port = 0;  // 0: the server does not speak it; never both
  ServerName name;
};
// How many bytes of `out` it takes.
std::size_t encode(const Answer&, std::span<std::uint8_t, answer_size_max> out);
// Gives truncated, bad_length, bad_magic, bad_version (also for a server of other wire versions than ours), bad_body
// where there is no port, bad_utf8.
Result<Answer> decode_answer(Bytes datagram);

// A server that lets itself be found, as a machine: host::UsmpResponder joins it to sockets. Each query is answered
// once, whatever copies of it arrive, and no more than ten a second are; a query that gets no answer is counted under
// its Reason (those of decode_query(), duplicate, rate_limited) and is no event.
class Responder {
 public:
  struct Event {};  // there are none

  // The id is not looked at. One port at least is not 0.
  explicit Responder(const Answer& about);
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  std::size_t input(std::span<Datagram>, Now);
  void timeout(Now) {}
  void poll_transmit(Outbox&, Now);
  std::optional<Event> poll_event() { return std::nullopt; }
  std::optional<Instant> next_timeout() const { return std::nullopt; }

  const Counters& refused() const { return refused_; }
  std::uint32_t answered() const { return answered_; }

 private:
  static constexpr std::uint32_t burst = 5;  // and then one every fifth of a second
  struct Owed {
    Path to;
    QueryId id;
  };

  Result<Done> take(const Datagram&, Now);

  Answer about_;
  Allowance allowance_;
  std::array<QueryId, 16> seen_{};  // the newest take the place of the oldest
  std::size_t seen_count_ = 0;
  std::array<Owed, burst> owed_memory_{};
  Ring<Owed> owed_{owed_memory_};
  Counters refused_;
  std::uint32_t answered_ = 0;
};
static_assert(DatagramMachine<Responder>);

}  // namespace tacit::usmp
