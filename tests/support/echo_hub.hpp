#pragma once
#include <array>
#include <utility>
#include <vector>

#include "tacit/kit/ring.hpp"
#include "tacit/kit/stream_hub.hpp"

namespace tacit::test {

// The least machine that uses all of a hub's port. A frame is a byte that says how many more there are, and those; a
// datagram has no such byte, and 512 at most. Each is reported and comes back as it is, over the connection or to where
// it came from. "bye" ends a connection, after it has come back; "" ends it at once.
class EchoHub {
 public:
  struct Limits {
    std::size_t places = 1024;       // of the port
    std::size_t connections = 1024;  // of those so many are accepted
    std::size_t events = 64;         // that wait to be polled
    std::size_t answers = 512;       // bytes that wait for one connection
  };
  struct Event {
    std::optional<ConnectionId> connection;
    Path path;
    Bytes bytes;  // where they were received
  };

  EchoHub() : EchoHub(Limits()) {}
  explicit EchoHub(const Limits& limits)
      : limits_(limits), connections_(limits.places), ready_memory_(limits.places), event_memory_(limits.events),
        datagram_memory_(limits.events) {
    for (Connection& connection : connections_) connection.answers.reserve(limits.answers);
  }

  bool accept(ConnectionId id, const Endpoint& peer, Now) {
    if (open_ >= limits_.connections) {
      ++refused;
      return false;
    }
    ++open_;
    Connection& connection = connections_.at(id.slot);
    connection.id = id;
    connection.peer = peer;
    connection.open = true;
    return true;
  }

  std::size_t input(ConnectionId id, MutBytes in, Now) {
    Connection* connection = find(id);
    std::size_t consumed = 0;
    while (connection && !connection->ending && consumed < in.size()) {
      const MutBytes frame = in.subspan(consumed);
      const std::size_t size = 1u + frame[0];
      if (frame.size() < size || !has_room() || connection->answers.size() + size > limits_.answers) break;
      consumed += size;
      const MutBytes text = frame.subspan(1, size - 1);
      events_.push({id, {.peer = connection->peer}, text});
      if (!text.empty())
        connection->answers.insert(connection->answers.end(), frame.begin(),
                                   frame.begin() + static_cast<std::ptrdiff_t>(size));
      connection->ending = text.empty() || text_of(text) == "bye";
      ready(*connection);
    }
    return consumed;
  }

  std::size_t input(std::span<Datagram> in, Now) {
    std::size_t consumed = 0;
    for (; consumed < in.size() && has_room() && datagrams_.room() > 0; ++consumed) {
      const Datagram& datagram = in[consumed];
      Answer answer{datagram.path, datagram.bytes.size(), {}};
      require(answer.size <= answer.bytes.size());
      copy(datagram.bytes, answer.bytes);
      events_.push({{}, datagram.path, datagram.bytes});
      datagrams_.push(answer);
    }
    return consumed;
  }

  // A verb: something to say to who did not ask, or to everybody.
  void tell(ConnectionId id, std::string_view text) {
    if (Connection* connection = find(id)) tell(*connection, text);
  }
  void tell_all(std::string_view text) {
    for (Connection& connection : connections_)
      if (connection.open) tell(connection, text);
  }

  std::optional<ConnectionId> poll_ready() {
    const auto id = ready_.pop();
    if (!id) return std::nullopt;
    if (Connection* connection = find(*id)) connection->ready = false;
    return id;
  }
  std::size_t poll_transmit(ConnectionId id, MutBytes out, Now) {
    Connection* connection = find(id);
    if (!connection) return 0;
    auto& answers = connection->answers;
    std::size_t size = 0;
    while (size < answers.size() && size + 1u + answers[size] <= out.size()) size += 1u + answers[size];
    copy(Bytes(answers).first(size), out);
    answers.erase(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(size));
    return size;
  }
  bool closing(ConnectionId id) const {
    const Connection* connection = find(id);
    return connection && connection->ending && connection->answers.empty();
  }
  void closed(ConnectionId id, Now) {
    Connection* connection = find(id);
    require(connection != nullptr);  // once for each that was accepted
    connection->open = connection->ending = connection->ready = false;
    connection->answers.clear();
    --open_;
  }

  void timeout(Now) { next_.reset(); }
  void poll_transmit(Outbox& out, Now) {
    for (; !datagrams_.empty(); datagrams_.drop()) {
      const auto& [path, size, bytes] = datagrams_.front();
      const MutBytes room = out.add(path, size);
      if (room.empty()) return;
      copy(Bytes(bytes).first(size), room);
    }
  }
  std::optional<Event> poll_event() { return events_.pop(); }
  std::optional<Instant> next_timeout() const { return next_; }
  void wake_at(Instant at) { next_ = at; }

  std::size_t open() const { return open_; }
  std::size_t refused = 0;

 private:
  struct Connection {
    ConnectionId id;
    Endpoint peer;
    std::vector<std::uint8_t> answers;
    bool open = false, ending = false, ready = false;
  };
  struct Answer {
    Path path;
    std::size_t size = 0;
    std::array<std::uint8_t, 512> bytes;
  };

  bool has_room() const { return events_.room() > 0; }
  const Connection* find(ConnectionId id) const {
    const bool known = id.slot < connections_.size() && connections_[id.slot].open && connections_[id.slot].id == id;
    return known ? &connections_[id.slot] : nullptr;
  }
  Connection* find(ConnectionId id) { return const_cast<Connection*>(std::as_const(*this).find(id)); }
  void ready(Connection& connection) {
    if (std::exchange(connection.ready, true)) return;
    if (ready_.room() == 0) ready_.drop();  // of one that has left; each of those here is named once
    ready_.push(connection.id);
  }
  void tell(Connection& connection, std::string_view text) {
    connection.answers.push_back(static_cast<std::uint8_t>(text.size()));
    connection.answers.insert(connection.answers.end(), text.begin(), text.end());
    ready(connection);
  }

  Limits limits_;
  std::size_t open_ = 0;
  std::vector<Connection> connections_;
  std::vector<ConnectionId> ready_memory_;
  std::vector<Event> event_memory_;
  std::vector<Answer> datagram_memory_;
  Ring<ConnectionId> ready_{ready_memory_};
  Ring<Event> events_{event_memory_};
  Ring<Answer> datagrams_{datagram_memory_};
  std::optional<Instant> next_;
};

static_assert(StreamHub<EchoHub>);

}  // namespace tacit::test
