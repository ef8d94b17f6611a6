#include <asio/io_context.hpp>
#include <cstdio>

#include "tacit/host/key_file.hpp"
#include "tacit/host/nomq.hpp"

int main() {
  asio::io_context io;
  const auto file = tacit::host::read_key_file("lab.key", tacit::host::nomq_kinds);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().what.c_str()), 1;
  tacit::host::Nomq node(io.get_executor(), file->key, {});
  node.async_publish(
      {.channel = "plant/3/temp", .message = tacit::bytes_of("21.5"), .qos = tacit::nomq::Qos::at_least_once},
      [](std::error_code error, const tacit::host::Nomq::Outcome& outcome) {
        std::printf("%s, %d have it\n", error.message().c_str(), outcome.delivered);
      });
  io.run();
}
