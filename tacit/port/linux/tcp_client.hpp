#pragma once
#include <optional>
#include <system_error>
#include <vector>

#include "tacit/base/endpoint.hpp"
#include "tacit/port/linux/poller.hpp"
#include "tacit/port/linux/tcp_stream.hpp"

namespace tacit::linux_port {

struct TcpClientOptions {
  std::vector<Endpoint> servers;       // tried in turn, each time from the first; see resolve_all()
  Duration connect_within{5'000'000};  // for each of them
  std::size_t buffer = 65'536;         // bytes in each direction, see TcpStream::Memory
};

// A TCP stream to a server, or none, as want() says: the port of a ConnectingMachine. What was written before the end
// has five seconds to leave. A peer that vanished is noticed after half a minute, whether something was sent or not.
//
// Turn by turn: look(), receive() and consume() while there may be more, want(), poll_change() until empty,
// set_alarm(). StreamDriver does it.
class TcpClient {
 public:
  // Throws std::system_error where the process may have no more descriptors.
  explicit TcpClient(TcpClientOptions);
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  int fd() const { return poller_.fd(); }  // the same for life; readable when a turn is due
  bool wait(Duration at_most) { return poller_.wait(at_most); }

  void look(Instant now);
  void want(bool stream, Instant now);
  void set_alarm(std::optional<Instant> machine);  // when fd() is readable at the latest

  enum class Change : std::uint8_t { connected, disconnected };
  std::optional<Change> poll_change();

  // Why there is no stream: the last one broke, or none of the servers took us, and this is what the last one said
  // (connection_refused, timed_out, network_unreachable, …). Nothing where a stream ended as it should.
  const std::error_code& error() const { return error_; }
  const Endpoint& peer() const { return options_.servers[server_]; }  // the latest that was tried

  // As those of TcpStream. What receive() gives is valid until the next call.
  MutBytes receive();
  bool consume(std::size_t size);
  void again() { again_ = true; }  // there is more, for the next turn

  // For kit's loop.
  MutBytes room();
  void send(std::size_t size);

 private:
  enum class State : std::uint8_t { none, connecting, connected, closing };

  void try_server(std::size_t, Instant now);
  void try_next(std::error_code, Instant now);
  void see_whether_connected(bool timed_out, Instant now);
  void look_at_end();
  void end(std::error_code);

  TcpClientOptions options_;
  std::vector<std::uint8_t> received_, unsent_, read_buffer_, write_buffer_;
  Poller poller_;
  TcpStream stream_;
  State state_ = State::none;
  std::size_t server_ = 0;
  Instant give_up_at_{};  // where it connects or closes
  bool again_ = false;
  std::optional<Change> change_;
  std::error_code error_;
};

}  // namespace tacit::linux_port
