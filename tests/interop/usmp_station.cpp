#include "tests/interop/usmp_station.hpp"

#include <unistd.h>

#include <asio/read_until.hpp>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "tacit/host/reasons.hpp"

namespace tacit::interop {
namespace {

class Orders {
 public:
  Orders(asio::io_context& io, const std::function<void(const Order&)>& obey)
      : io_(io), input_(io, dup(STDIN_FILENO)), obey_(obey) {
    next();
  }

 private:
  void next() {
    asio::async_read_until(input_, asio::dynamic_buffer(text_), '\n', [this](std::error_code error, std::size_t size) {
      if (error) return io_.stop();
      std::istringstream line(text_.substr(0, size));
      text_.erase(0, size);
      Order order;
      std::string message;
      line >> order.verb >> message;
      order.message.resize(message.size() / 2);
      if (!host::decode_hex(message, order.message)) throw std::runtime_error("not hexadecimal: " + message);
      obey_(order);
      next();
    });
  }

  asio::io_context& io_;
  asio::posix::stream_descriptor input_;
  std::string text_;
  const std::function<void(const Order&)>& obey_;
};

template <std::size_t Size> std::array<std::uint8_t, Size> bytes_from(std::string_view hex) {
  std::array<std::uint8_t, Size> bytes;
  if (!host::decode_hex(hex, bytes)) throw std::runtime_error("not " + std::to_string(Size) + " bytes");
  return bytes;
}

int run(std::span<char*> words) {
  if (words.size() != 7) {
    std::cerr << "usage: usmp_station serve|connect tcp|udp PORT PSK DEVICE WIRE\n";
    return 2;
  }
  const StationOptions options{
      .datagrams = words[2] == std::string_view("udp"),
      .port = static_cast<std::uint16_t>(std::stoul(words[3])),
      .psk = std::move(*usmp::Psk::of(bytes_from<32>(words[4]))),
      .device = {bytes_from<6>(words[5])},
      .wire = words[6] == std::string_view("1") ? usmp::Wire::v1 : usmp::Wire::v2,
  };
  words[1] == std::string_view("serve") ? serve(options) : connect(options);
  return 0;
}

}  // namespace

Endpoint loopback(std::uint16_t port) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}, .port = port};
}

std::string name_of(Reason reason) { return std::string(host::explain(reason).name); }

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

void obey_orders(asio::io_context& io, const std::function<void(const Order&)>& obey) {
  const Orders orders(io, obey);
  io.run();
}

}  // namespace tacit::interop

int main(int argc, char** argv) { return tacit::interop::run({argv, static_cast<std::size_t>(argc)}); }
