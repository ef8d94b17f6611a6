#pragma once
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tacit/base/endpoint.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/usmp/frame.hpp"
#include "tacit/usmp/psk.hpp"

// A station that speaks our USMP, driven by lines on standard input and answering by lines on standard output. What it
// is told and what it says is in usmp_original_test.py, beside the class Station.
namespace tacit::interop {

struct StationOptions {
  bool datagrams = false;  // else a stream
  std::uint16_t port = 0;  // on 127.0.0.1: ours, or the server's
  usmp::Psk psk;
  usmp::DeviceId device{};
  usmp::Wire wire{};
};

Endpoint loopback(std::uint16_t port);
std::string name_of(Reason);

void say(const std::string& line);
inline void say_message(Bytes message) { say("message " + host::encode_hex(message)); }

struct Order {
  std::string verb;
  std::vector<std::uint8_t> message;  // of `send`
};

// Runs `io` and calls `obey` for each line of standard input, until there are no more.
void obey_orders(asio::io_context& io, const std::function<void(const Order&)>& obey);

void serve(const StationOptions&);
void connect(const StationOptions&);

}  // namespace tacit::interop
