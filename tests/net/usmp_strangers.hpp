#pragma once
#include "tacit/port/linux/udp_socket.hpp"
#include "tests/support/usmp_device.hpp"

namespace tacit::net {

// Somebody at 127.1.0.0 or one of the addresses after it.
inline Endpoint stranger_address(std::size_t n) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, static_cast<std::uint8_t>(1 + (n >> 16)),
                 static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}
inline std::size_t stranger_at(const Endpoint& address) {
  return (address.ip[13] - std::size_t{1}) << 16 | static_cast<std::size_t>(address.ip[14]) << 8 | address.ip[15];
}

// Any number of senders of datagrams, each with its own address, behind one socket in the network of whoever makes it.
// They say whatever they are told to.
class Strangers {
 public:
  explicit Strangers(const Endpoint& server) : server_(server), socket_({}, error_) {}

  void say(std::size_t who, test::Buffer bytes) { say(stranger_address(who), std::move(bytes)); }
  void say(const Endpoint& from, test::Buffer bytes) {
    said += bytes.size();
    const Outbox::Run run{{.peer = server_, .local = from}, bytes, bytes.size(), 1};
    socket_.send({&run, 1});
  }
  // What arrived for whom since this was last asked.
  template <class Each> void hear(Each each) {
    for (auto in = socket_.receive(inbox_); !in.empty(); in = socket_.receive(inbox_)) {
      for (const Datagram& one : in) {
        heard += one.bytes.size();
        each(stranger_at(one.path.local), test::buffer_of(one.bytes));
      }
    }
  }

  std::size_t said = 0, heard = 0;  // bytes

 private:
  Endpoint server_;
  std::error_code error_;
  linux_port::UdpSocket socket_;
  linux_port::Inbox inbox_;
};

inline std::optional<usmp::FrameType> type_of(Bytes datagram) {
  if (datagram.size() < usmp::header_size || usmp::is_acknowledgement(datagram)) return std::nullopt;
  return usmp::FrameType{datagram[3]};
}
inline usmp::Cookie cookie_in(test::Buffer hello_retry) {
  return usmp::decode_handshake<usmp::HelloRetry>(*usmp::take_frame(hello_retry, usmp::Wires::v2))->cookie;
}

}  // namespace tacit::net
